// The worker side of the local record page: gives an unchanged bundle the globals that the SDK expects of HubSpot's extension worker, and sends
// what it renders to the page over remote-ui's own protocol. What an extension may not use in HubSpot is taken away here too.
// Which globals these are was read in @hubspot/ui-extensions 0.17.0 and @hubspot/ui-extensions-dev-server 2.1.2; they are internal to HubSpot, so the SDK is pinned.
import * as React from 'react';
import * as RemoteUI from '@remote-ui/react';
import { createRemoteRoot, type RemoteChannel } from '@remote-ui/core';
import { createEndpoint, fromWebWorker, release, retain } from '@remote-ui/rpc';

type Properties = Record<string, string | null>;
type Location = { path: string; params: Record<string, string> };
type Render = (api: unknown) => React.ReactElement;

/** What the page does for the worker. */
export interface PageApi {
  fetch: (url: string, options: unknown) => Promise<{ status: number; body: string; error?: string }>;
  log: (level: string, entry: unknown) => void;
  fetchCrmProperties: (names: string[]) => Promise<Properties>;
  actions: Record<string, (...args: unknown[]) => unknown>;
}

/** What the worker does for the page. */
export interface WorkerApi {
  start: (bundleUrl: string, context: Record<string, unknown>, channel: RemoteChannel, api: PageApi) => Promise<void>;
  setPageLocation: (location: Location) => void;
  propertiesChanged: (names: string[]) => void;
  stop: () => void;
}

const TAKEN_AWAY = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'indexedDB', 'caches'];
const scope = self as unknown as Record<string, unknown> & { importScripts: (url: string) => void; close: () => void };
const pageListeners = new Set<() => void>();
const propertyListeners = new Set<(names: string[]) => void>();
let render: Render | null = null;
let page: PageApi;
let context: Record<string, unknown> = {};
let location: Location = { path: '/', params: {} };

const answered = (data: unknown) => ({ ok: true, json: async () => ({ data, cleanup: () => undefined }) });
const absent = (what: string) => async () => {
  throw new Error(`${what} is not part of the local record page`);
};
const whole = () => ({ context, actions: page.actions, runServerlessFunction: scope.serverless });

async function hsFetch(url: string | URL, options: { headers?: unknown } = {}): Promise<Response> {
  const headers = options.headers instanceof Headers ? Object.fromEntries(options.headers) : options.headers;
  const answer = await page.fetch(String(url), { ...options, headers });
  if (answer.error) throw new Error(answer.error);
  return new Response(answer.status === 204 ? null : answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } });
}

async function fetchCrmProperties(names: string[], onUpdate: (properties: Properties) => void) {
  const watch = (changed: string[]) => {
    if (changed.some((name) => names.includes(name))) void page.fetchCrmProperties(names).then(onUpdate);
  };
  propertyListeners.add(watch);
  const data = await page.fetchCrmProperties(names);
  return { ok: true, json: async () => ({ data, cleanup: () => propertyListeners.delete(watch) }) };
}

function usePageLocation(): Location {
  return React.useSyncExternalStore(
    (listener) => {
      pageListeners.add(listener);
      return () => pageListeners.delete(listener);
    },
    () => location,
  );
}

Object.assign(scope, {
  __HUBSPOT_EXTENSION_WORKER__: true,
  React,
  RemoteUI,
  extend_V2: (given: Render) => {
    render = given;
  },
  logger: Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (entry: unknown) => page.log(level, entry)])),
  hsFetch,
  serverless: absent('A serverless function'),
  hsWorkerAPI: {
    useExtensionContext: () => context,
    useExtensionActions: () => page.actions,
    useExtensionApi: whole,
    useAppPageLocation: usePageLocation,
    fetchCrmProperties,
    fetchAssociations: async () => answered({ results: [], hasMore: false, nextOffset: 0 }),
    fetchCrmSearch: async () => answered({ results: [], total: 0, hasMore: false }),
    fetchHubSpotApi: absent('The experimental client of the API'),
    formatCrmProperties: async (request: { properties: Properties }) => answered(request.properties),
  },
});
for (const name of TAKEN_AWAY) Object.defineProperty(scope, name, { value: undefined, configurable: true });

const endpoint = createEndpoint(fromWebWorker(self as unknown as Worker));
const api: WorkerApi = {
  async start(bundleUrl, given, channel, pageApi) {
    retain(channel);
    retain(pageApi);
    page = pageApi;
    context = given;
    scope.importScripts(bundleUrl);
    if (render === null) throw new Error('The bundle never called hubspot.extend()');
    const extension = render;
    const root = createRemoteRoot(channel, { strict: true });
    RemoteUI.createRoot(root).render(React.createElement(() => extension(whole())));
    root.mount();
  },
  setPageLocation(next) {
    location = next;
    for (const listener of pageListeners) listener();
  },
  propertiesChanged(names) {
    for (const listener of propertyListeners) listener(names);
  },
  stop() {
    release(page);
    scope.close();
  },
};
endpoint.expose(api as unknown as Record<string, never>);
