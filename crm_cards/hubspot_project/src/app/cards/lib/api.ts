// Asks our backend through hubspot.fetch: it adds who is asking and signs the request. Answers come in an envelope with status 200; whatever else
// arrives (another status, no answer, no JSON) means that the backend could not be reached, and is told so.
import { hubspot } from '@hubspot/ui-extensions';
import type { DraftView, EditedStep, Progress, RecordView, RunLine, State } from './types';

const READ_TIMEOUT_MS = 10_000;
const WRITE_TIMEOUT_MS = 15_000;
const PATIENCE_MS = [500, 1_000, 2_000];

export class CardError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export const UNREACHABLE = 'unreachable';
const unreachable = () => new CardError(UNREACHABLE, 'Leadlight could not be reached. Nothing is lost; try again in a minute.');

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The questions and commands of one record. */
export class RecordApi {
  private readonly unanswered = new Map<string, string>();
  private readonly cards: string;
  private readonly record: string;

  /** `publicUrl` comes from the profile the project was uploaded with; anything but text means there was none. */
  constructor(publicUrl: unknown, objectTypeId: string, objectId: number | string) {
    this.cards = typeof publicUrl === 'string' ? `${publicUrl}/cards` : '';
    this.record = `/record/${encodeURIComponent(objectTypeId)}/${encodeURIComponent(String(objectId))}`;
  }

  view = () => this.get<RecordView>(this.record);
  progress = (since: string) => this.get<Progress>(`${this.record}/progress?since=${encodeURIComponent(since)}`);
  run = async (runId: string) => (await this.get<{ run: RunLine }>(`/runs/${encodeURIComponent(runId)}`)).run;

  enrich = () => this.post<{ since: string; state: State }>(`${this.record}/enrich`, {});
  undo = (property: string) => this.post<{ run_id: string; since: string }>(`${this.record}/undo`, { property });
  edit = (version: number, steps: EditedStep[]) => this.draft('edit', { version, steps });
  reset = (version: number) => this.draft('reset', { version });
  reject = (version: number, reason: string) => this.draft('reject', { version, reason });
  reopen = (version: number) => this.draft('reopen', { version });
  approve = (version: number) =>
    this.post<{ draft: DraftView; run_id: string }>(`${this.record}/draft/approve`, { version });

  private draft(verb: string, body: Record<string, unknown>) {
    return this.post<{ draft: DraftView }>(`${this.record}/draft/${verb}`, body);
  }

  private get<T>(path: string): Promise<T> {
    return this.ask<T>(path, { method: 'GET', timeout: READ_TIMEOUT_MS });
  }

  /** One request id for one thing its user did: a command that got no answer keeps its id when it is tried again, so it is never done twice. */
  private async post<T>(path: string, body: Record<string, unknown>): Promise<T> {
    const meant = path + JSON.stringify(body);
    const request_id = this.unanswered.get(meant) ?? newRequestId();
    this.unanswered.set(meant, request_id);
    const answer = await this.patiently<T>(path, { ...body, request_id }).catch((error: unknown) => {
      if (!(error instanceof CardError) || error.reason !== UNREACHABLE) this.unanswered.delete(meant);
      throw error;
    });
    this.unanswered.delete(meant);
    return answer;
  }

  /** HubSpot repeats a slow request by itself; while the first is still carried out, the answer is waited for. */
  private async patiently<T>(path: string, body: Record<string, unknown>): Promise<T> {
    for (const pause of PATIENCE_MS) {
      try {
        return await this.ask<T>(path, { method: 'POST', body, timeout: WRITE_TIMEOUT_MS });
      } catch (error) {
        if (!(error instanceof CardError) || error.reason !== 'still_at_work') throw error;
      }
      await wait(pause);
    }
    return this.ask<T>(path, { method: 'POST', body, timeout: WRITE_TIMEOUT_MS });
  }

  private async ask<T>(path: string, options: NonNullable<Parameters<typeof hubspot.fetch>[1]>): Promise<T> {
    if (!this.cards) {
      throw new CardError('no_address', 'Leadlight was uploaded without a profile, so this card does not know its address. Tell your admin.');
    }
    const response = await hubspot.fetch(this.cards + path, options).catch(() => {
      throw unreachable();
    });
    const answer: unknown = response.ok ? await response.json().catch(() => null) : null;
    if (!isEnvelope(answer)) throw unreachable();
    if (!answer.ok) throw new CardError(answer.error.reason, answer.error.message);
    return answer.data as T;
  }
}

type Envelope = { ok: true; data: unknown } | { ok: false; error: { reason: string; message: string } };

function isEnvelope(answer: unknown): answer is Envelope {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false;
  if (answer.ok === true) return 'data' in answer;
  return 'error' in answer && typeof answer.error === 'object' && answer.error !== null && 'message' in answer.error;
}

const newRequestId = () => `${Date.now().toString(36)}-${noise()}${noise()}`;
const noise = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0');
