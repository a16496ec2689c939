// Asks our backend through hubspot.fetch, which adds who is asking and signs the request. Answers come in an envelope with status 200; whatever
// else arrives (another status, no answer, no JSON) means that the backend could not be reached, and is told so.
import { hubspot } from '@hubspot/ui-extensions';
import type { Changed, Commands, SettingsView } from './types';

export const DEFAULT_BACKEND = 'https://leadlight.example.com';
const TIMEOUT_MS = 14_000;
const PATIENCE_MS = [500, 1_000, 2_000];

export const UNREACHABLE = 'unreachable';

export class BackendError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The settings of the account that the page is open in. */
export class SettingsApi {
  /** Request ids of commands that were not answered: trying the same again must not do it twice. */
  private readonly unanswered = new Map<string, string>();
  private readonly base: string;

  constructor(publicUrl: unknown) {
    this.base = `${typeof publicUrl === 'string' && publicUrl ? publicUrl : DEFAULT_BACKEND}/cards/settings`;
  }

  view = () => this.ask<SettingsView>('', { method: 'GET', timeout: TIMEOUT_MS });

  async command<Name extends keyof Commands>(name: Name, body: Commands[Name]): Promise<Changed> {
    const meant = name + JSON.stringify(body);
    const request_id = this.unanswered.get(meant) ?? newRequestId();
    this.unanswered.set(meant, request_id);
    try {
      const changed = await this.patiently(name, { ...body, request_id });
      this.unanswered.delete(meant);
      return changed;
    } catch (error) {
      if (!mayStillBeCarriedOut(error)) this.unanswered.delete(meant);
      throw error;
    }
  }

  /** HubSpot repeats a slow request by itself; while the first is still carried out, its answer is waited for. */
  private async patiently(name: string, body: Record<string, unknown>): Promise<Changed> {
    const send = () => this.ask<Changed>(`/${name}`, { method: 'POST', body, timeout: TIMEOUT_MS });
    for (const pause of PATIENCE_MS) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof BackendError) || error.reason !== 'still_at_work') throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return send();
  }

  private async ask<T>(path: string, options: NonNullable<Parameters<typeof hubspot.fetch>[1]>): Promise<T> {
    const response = await hubspot.fetch(this.base + path, options).catch(() => null);
    const answer: unknown = response?.ok ? await response.json().catch(() => null) : null;
    if (!isEnvelope(answer)) throw new BackendError(UNREACHABLE, 'Leadlight could not be reached. Try again in a minute.');
    if (!answer.ok) throw new BackendError(answer.error.reason, answer.error.message);
    return answer.data as T;
  }
}

export const asBackendError = (error: unknown) =>
  error instanceof BackendError ? error : new BackendError('unexpected', 'Something went wrong on this page. Reload it and try again.');

const mayStillBeCarriedOut = (error: unknown) => error instanceof BackendError && [UNREACHABLE, 'still_at_work'].includes(error.reason);

type Envelope = { ok: true; data: unknown } | { ok: false; error: { reason: string; message: string } };

function isEnvelope(answer: unknown): answer is Envelope {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false;
  if (answer.ok === true) return 'data' in answer && answer.data !== null;
  return 'error' in answer && typeof answer.error === 'object' && answer.error !== null && 'message' in answer.error;
}

const newRequestId = () => `${Date.now().toString(36)}-${noise()}${noise()}`;
const noise = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
