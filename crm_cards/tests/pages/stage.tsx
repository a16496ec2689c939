// The app home on a stage: HubSpot's renderer, and a backend that answers as it is told.
import { hubspot, LoadingSpinner } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import type { RenderedChildNode, RenderedNode } from '@hubspot/ui-extensions/testing';
import { expect, vi } from 'vitest';
import { AppHome } from '../../hubspot_project/src/app/pages/lib/AppHome';
import type { HomeView } from '../../hubspot_project/src/app/pages/lib/types';

const FOLDER = '../../../tests/fixtures/cards/pages/';
const FIXTURES = import.meta.glob<HomeView>('../../../tests/fixtures/cards/pages/home*.json', { eager: true, import: 'default' });
export const BACKEND = 'https://leadlight.example.com';

/** A copy, so that a test may change it. */
export function fixture(name: string): HomeView {
  const found = FIXTURES[`${FOLDER}${name}.json`];
  if (!found) throw new Error(`There is no fixture ${name}`);
  return structuredClone(found);
}

/** `home` with its only unfinished run done, so that nothing is looked at again. */
export function quiet(name = 'home'): HomeView {
  const view = fixture(name);
  return { ...view, runs: view.runs.map((run) => ({ ...run, finished_at: run.finished_at ?? '2026-12-01T09:00:00+00:00' })) };
}

export type Answer = () => Promise<Response>;
export const data = (value: unknown): Answer => async () => new Response(JSON.stringify({ ok: true, data: value }));
export const refusal = (reason: string, message: string): Answer => async () => new Response(JSON.stringify({ ok: false, error: { reason, message } }));
export const status = (code: number): Answer => async () => new Response('<h1>Bad gateway</h1>', { status: code });
export const offline: Answer = async () => {
  throw new TypeError('Failed to fetch');
};

/** Answers in the order given; the last is repeated. The list it gives back grows by each address that is asked. */
export function backend(...answers: Answer[]): string[] {
  const asked: string[] = [];
  vi.spyOn(hubspot, 'fetch').mockImplementation((url, options) => {
    asked.push(`${options?.method} ${url}`);
    return answers.length > 1 ? answers.shift()!() : answers[0]!();
  });
  return asked;
}

export function render(path = '/', variables: Record<string, string> = { PUBLIC_URL: BACKEND }) {
  const page = createRenderer('pages');
  page.mocks.context.variables = variables;
  page.mocks.context.portal = { id: 42, timezone: 'Europe/Berlin' };
  page.mocks.setPageLocation({ path, params: {} });
  page.render(<AppHome />);
  return page;
}

/** The page at `path` with `view` on it. */
export async function open(view: HomeView, path = '/') {
  const asked = backend(data(view));
  const page = render(path);
  await page.waitFor(() => expect(page.maybeFind(LoadingSpinner)).toBeNull());
  return { page, asked };
}

/** Every word a person could read, also in titles and labels. */
export function words(node: RenderedNode): string {
  if (node.nodeType === 'text') return node.text;
  const props = 'props' in node ? (node.props as Record<string, unknown>) : {};
  const own = ['title', 'label', 'number', 'valueDescription'].map((name) => props[name]).filter((value) => ['string', 'number'].includes(typeof value));
  return [...own.map(String), ...(node.childNodes as RenderedChildNode[]).map(words)].filter(Boolean).join(' ');
}
