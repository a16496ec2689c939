// Asks our backend through hubspot.fetch, which adds who is asking and signs the request. Answers come in an envelope with status 200; whatever
// else arrives (another status, no answer, no JSON) means that the backend could not be reached, and is told so. The home only reads.
import { hubspot } from '@hubspot/ui-extensions';
import type { HomeView } from './types';

export const DEFAULT_BACKEND = 'https://leadlight.example.com';
const TIMEOUT_MS = 14_000;

export class BackendError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The home of the account that the page is open in. `publicUrl` comes from the profile the project was uploaded with. */
export async function fetchHome(publicUrl: unknown): Promise<HomeView> {
  const base = typeof publicUrl === 'string' && publicUrl ? publicUrl : DEFAULT_BACKEND;
  const response = await hubspot.fetch(`${base}/cards/home`, { method: 'GET', timeout: TIMEOUT_MS }).catch(() => null);
  const answer: unknown = response?.ok ? await response.json().catch(() => null) : null;
  if (!isEnvelope(answer)) throw new BackendError('unreachable', 'Leadlight could not be reached. Nothing is lost; try again in a minute.');
  if (!answer.ok) throw new BackendError(answer.error.reason, answer.error.message);
  return answer.data as HomeView;
}

export const asBackendError = (error: unknown) =>
  error instanceof BackendError ? error : new BackendError('unexpected', 'Something went wrong on this page. Reload it and try again.');

type Envelope = { ok: true; data: unknown } | { ok: false; error: { reason: string; message: string } };

function isEnvelope(answer: unknown): answer is Envelope {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return false;
  if (answer.ok === true) return 'data' in answer && answer.data !== null;
  return 'error' in answer && typeof answer.error === 'object' && answer.error !== null && 'message' in answer.error;
}
