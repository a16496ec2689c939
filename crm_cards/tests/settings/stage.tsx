// The settings page on a stage: HubSpot's renderer, and a backend that answers as it is told.
import { hubspot, LoadingSpinner } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import type { RenderedChildNode, RenderedNode } from '@hubspot/ui-extensions/testing';
import { expect, vi } from 'vitest';
import { SettingsPage } from '../../hubspot_project/src/app/settings/lib/SettingsPage';
import type { SettingsView } from '../../hubspot_project/src/app/settings/lib/types';

const FOLDER = '../../../tests/fixtures/cards/pages/';
const FIXTURES = import.meta.glob<SettingsView>('../../../tests/fixtures/cards/pages/settings*.json', { eager: true, import: 'default' });
export const BACKEND = 'https://leadlight.example.com';

/** A copy, so that a test may change it. */
export function fixture(name: string): SettingsView {
  const found = FIXTURES[`${FOLDER}${name}.json`];
  if (!found) throw new Error(`There is no fixture ${name}`);
  return structuredClone(found);
}

export type Answer = () => Promise<Response>;
export const data = (value: unknown): Answer => async () => new Response(JSON.stringify({ ok: true, data: value }));
export const refusal = (reason: string, message: string): Answer => async () => new Response(JSON.stringify({ ok: false, error: { reason, message } }));
export const status = (code: number): Answer => async () => new Response('<h1>Bad gateway</h1>', { status: code });
export const offline: Answer = async () => {
  throw new TypeError('Failed to fetch');
};

export interface Asked {
  method: string;
  url: string;
  body: Record<string, unknown>;
}

/** Answers by method and path, in the order given; the last answer is repeated. */
export function backend(answers: Record<string, Answer[]>): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(hubspot, 'fetch').mockImplementation((url, options) => {
    const method = options?.method ?? 'GET';
    asked.push({ method, url: String(url), body: (options?.body ?? {}) as Asked['body'] });
    const queue = answers[`${method} ${new URL(String(url)).pathname}`];
    if (!queue?.[0]) throw new Error(`The test's backend has no answer to ${method} ${url}`);
    return queue.length > 1 ? queue.shift()!() : queue[0]();
  });
  return asked;
}

export const VIEW = 'GET /cards/settings';
export const command = (name: string) => `POST /cards/settings/${name}`;
export const commands = (asked: Asked[]) => asked.filter((one) => one.method === 'POST');

export function render(variables: Record<string, string> = { PUBLIC_URL: BACKEND }) {
  const page = createRenderer('settings');
  page.mocks.context.variables = variables;
  page.render(<SettingsPage />);
  return page;
}

/** The page with `view` on it, and what its backend was asked. */
export async function open(view: SettingsView, answers: Record<string, Answer[]> = {}) {
  const asked = backend({ [VIEW]: [data(view)], ...answers });
  const page = render();
  await page.waitFor(() => expect(page.maybeFind(LoadingSpinner)).toBeNull());
  return { page, asked };
}

/** Every word a person could read, also in titles, labels and overlays. */
export function words(node: RenderedNode): string {
  if (node.nodeType === 'text') return node.text;
  const own = 'props' in node ? Object.entries(node.props as Record<string, unknown>).map(([name, value]) => propWords(name, value)) : [];
  return [...own, ...(node.childNodes as RenderedChildNode[]).map(words)].filter(Boolean).join(' ');
}

const SHOWN = new Set(['title', 'label', 'description', 'validationMessage', 'valueDescription', 'number', 'value', 'placeholder']);
const propWords = (name: string, value: unknown): string => {
  if (typeof value === 'object' && value !== null && 'nodeType' in value) return words(value as RenderedNode);
  return SHOWN.has(name) && ['string', 'number'].includes(typeof value) ? String(value) : '';
};
