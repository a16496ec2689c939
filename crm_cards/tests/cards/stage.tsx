// A card on a stage: HubSpot's renderer, a backend that answers as it is told, and the fixtures that the Python tests share.
import { hubspot } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import type { RenderedChildNode, RenderedNode } from '@hubspot/ui-extensions/testing';
import { vi } from 'vitest';
import { RecordSidebar } from '../../hubspot_project/src/app/cards/lib/RecordSidebar';
import { RecordTab } from '../../hubspot_project/src/app/cards/lib/RecordTab';
import type { DraftView, Progress, RecordView, RunLine, State } from '../../hubspot_project/src/app/cards/lib/types';

const FOLDER = '../../../tests/fixtures/cards/';
const FIXTURES = import.meta.glob<RecordView>('../../../tests/fixtures/cards/*.json', { eager: true, import: 'default' });
/** Machines that run much else at once are slow; a card that never shows what it should fails all the same. */
const PATIENCE_MS = 15_000;
const TYPE_IDS = { contacts: '0-1', companies: '0-2', deals: '0-3' };
export const BACKEND = 'https://leadlight.example.com';

export const fixtureNames = Object.keys(FIXTURES).map((file) => file.slice(FOLDER.length, -'.json'.length)).sort();

/** A copy, so that a test may change it. */
export function fixture(name: string): RecordView {
  const found = FIXTURES[`${FOLDER}${name}.json`];
  if (!found) throw new Error(`There is no fixture ${name}`);
  return structuredClone(found);
}

export interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown> | undefined;
}

type Answer = () => Promise<Response>;
export const data = (value: unknown): Answer => async () => new Response(JSON.stringify({ ok: true, data: value }));
export const refusal = (reason: string, message: string): Answer => async () =>
  new Response(JSON.stringify({ ok: false, error: { reason, message } }));
export const status = (code: number, text = ''): Answer => async () => new Response(text, { status: code });
export const offline: Answer = async () => {
  throw new TypeError('Failed to fetch');
};

/** Answers by the end of the path; the last answer given for a path is repeated. */
export class Backend {
  readonly asked: Asked[] = [];
  private readonly answers = new Map<string, Answer[]>();

  constructor() {
    vi.spyOn(hubspot, 'fetch').mockImplementation((url, options) => this.answer(String(url), options));
  }

  on(ending: string, ...answers: Answer[]): this {
    this.answers.set(ending, answers);
    return this;
  }

  commands = () => this.asked.filter((one) => one.method === 'POST');

  private answer(url: string, options: Parameters<typeof hubspot.fetch>[1]): Promise<Response> {
    const { pathname } = new URL(url);
    this.asked.push({ method: options?.method ?? 'GET', path: url.replace(BACKEND, ''), body: options?.body as Asked['body'] });
    const ending = [...this.answers.keys()].filter((one) => pathname.endsWith(one)).sort((a, b) => b.length - a.length)[0];
    const queue = ending === undefined ? undefined : this.answers.get(ending);
    if (!queue?.[0]) throw new Error(`The test's backend has no answer to ${options?.method} ${url}`);
    return queue.length > 1 ? queue.shift()!() : queue[0]();
  }
}

type Place = 'crm.record.tab' | 'crm.record.sidebar';

/** The card on the record of `view`, with a backend that knows it. */
export function show(view: RecordView, place: Place = 'crm.record.tab', backend = new Backend()) {
  const ending = `/cards/record/${TYPE_IDS[view.object_type]}/${view.object_id}`;
  backend.on(ending, data(view));
  return { ...render(view, place), backend, ending };
}

/** The card, with whatever the backend was told before. */
export function render(view: Pick<RecordView, 'object_type' | 'object_id'>, place: Place = 'crm.record.tab', variables: Record<string, string> = { PUBLIC_URL: BACKEND }) {
  const card = createRenderer(place);
  card.mocks.context.crm = { objectId: Number(view.object_id), objectTypeId: TYPE_IDS[view.object_type] };
  card.mocks.context.variables = variables;
  card.mocks.context.portal = { id: 42, timezone: 'Europe/Berlin' };
  card.render(place === 'crm.record.tab' ? <RecordTab /> : <RecordSidebar />);
  const waitFor = card.waitFor;
  card.waitFor = (check) => waitFor(check, { timeoutInMs: PATIENCE_MS });
  return { card };
}

/** Waits until the check passes, also when nothing on the card changes. */
export const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: PATIENCE_MS });

/** Every word on the card, also in titles, labels and overlays. */
export function words(node: RenderedNode): string {
  if (node.nodeType === 'text') return node.text;
  const own = 'props' in node ? Object.entries(node.props as Record<string, unknown>).map(([name, value]) => propWords(name, value)) : [];
  return [...own, ...(node.childNodes as RenderedChildNode[]).map(words)].filter(Boolean).join(' ');
}

const SHOWN = new Set(['title', 'label', 'description', 'validationMessage', 'valueDescription', 'number', 'value', 'score']);
const propWords = (name: string, value: unknown): string => {
  if (typeof value === 'object' && value !== null && 'nodeType' in value) return words(value as RenderedNode);
  return SHOWN.has(name) && ['string', 'number'].includes(typeof value) ? String(value) : '';
};

export const busy = (kind: 'queued' | 'running', more: Partial<State> = {}): State => ({
  kind,
  title: kind === 'queued' ? 'Waiting for its turn' : 'Leadlight is looking',
  message: 'It takes about ten seconds.',
  since: '2026-12-01T09:00:00+00:00',
  is_stale: false,
  is_busy: true,
  no_worker: false,
  ...more,
});
export const progress = (state: State, done: boolean, more: Partial<Progress> = {}): Progress => ({ state, done, position: null, elapsed_s: 4, ...more });
export const run = (more: Partial<RunLine> = {}): RunLine => ({
  run_id: 'run-sample-9',
  kind: 'undo',
  words: 'Undoing one field',
  started_at: '2026-12-01T09:00:00+00:00',
  finished_at: null,
  done: 0,
  total: 1,
  requested_by: 'rep@sample.example',
  counts: {},
  url: `${BACKEND}/console/runs/run-sample-9`,
  ...more,
});
export const withDraft = (view: RecordView, change: Partial<DraftView>): RecordView => ({ ...view, draft: view.draft && { ...view.draft, ...change } });
