// One extension: its worker, its context and actions, and the tree it renders.
import { Component, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { createEndpoint, fromWebWorker, retain, type Endpoint } from '@remote-ui/rpc';
import { createController, createRemoteReceiver, RemoteRenderer, type Controller } from '@remote-ui/react/host';
import { standIn } from './components';
import { Surrounding } from './components/shared';
import { carryFetch, localRecord, type Extension, type PageData, type Wish } from './data';
import type { PageApi, WorkerApi } from './worker';

export interface Told { type?: string; title?: string; message: string }

const controller: Controller = { ...createController({}), get: (name) => standIn(String(name)) as ReturnType<Controller['get']> };

class Guard extends Component<{ onProblem: (text: string) => void; children: ReactNode }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override componentDidCatch(error: Error) { this.props.onProblem(error.message); }
  override render() { return this.state.failed ? null : this.props.children; }
}

interface FrameProps {
  extension: Extension;
  data: PageData;
  wish: Wish;
  location: string;
  tell: (told: Told) => void;
  /** The extension says that the record's properties changed. */
  onRefresh: () => void;
}

/** Draws an extension; a problem of its code is shown in its place. */
export function Frame({ extension, data, wish, location, tell, onRefresh }: FrameProps) {
  const [receiver] = useState(() => createRemoteReceiver());
  const [problem, setProblem] = useState<string | null>(null);
  const overlays = useRef(new Map<string, () => void>());
  const worker = useRef<Endpoint<WorkerApi> | null>(null);
  const latest = useRef({ data, onRefresh });
  latest.current = { data, onRefresh };

  const goTo = useCallback((to: string, params: Record<string, string> = {}) => {
    window.history.replaceState(null, '', `#${to}`);
    void worker.current?.call.setPageLocation({ path: to, params });
  }, []);
  const surroundings = useMemo(() => ({
    overlayOpened: (id: string, close: () => void) => {
      overlays.current.set(id, close);
      return () => void overlays.current.delete(id);
    },
    goTo,
    ownPage: (url: string) => localRecord(wish, url),
  }), [goTo, wish]);

  useEffect(() => {
    const thread = new Worker('/host/worker.js');
    thread.addEventListener('error', (failed) => setProblem(failed.message));
    const ends = createEndpoint<WorkerApi>(fromWebWorker(thread));
    worker.current = ends;
    const given = latest.current.data;
    const api: PageApi = {
      fetch: (url, options) => carryFetch(latest.current.data, wish, url, options),
      log: (level, entry) => console[level === 'error' ? 'error' : 'info'](`[${extension.uid}]`, entry),
      fetchCrmProperties: async (names) => Object.fromEntries(names.map((name) => [name, latest.current.data.record?.properties[name] ?? null])),
      actions: actionsOf({ tell, goTo, overlays: overlays.current, latest }),
    };
    retain(api);
    ends.call.start(`/bundles/${extension.bundle}`, contextOf(given, extension, location), receiver.receive, api).catch((error: Error) => setProblem(String(error?.message ?? error)));
    return () => thread.terminate();
  }, [extension, location, wish, receiver, tell, goTo]);

  const properties = JSON.stringify(data.record?.properties ?? {});
  useEffect(() => {
    void worker.current?.call.propertiesChanged(Object.keys(latest.current.data.record?.properties ?? {}));
  }, [properties]);

  return (
    <article className="frame" data-extension={extension.uid} data-location={location} aria-label={titleOf(extension)}>
      <header><b>{titleOf(extension)}</b><small>{data.app.name}</small></header>
      <div className="frame-body">
        {problem ? <pre role="alert" className="frame-problem">{problem}</pre>
          : <Guard onProblem={setProblem}><Surrounding.Provider value={surroundings}><RemoteRenderer receiver={receiver} controller={controller} /></Surrounding.Provider></Guard>}
      </div>
    </article>
  );
}

const TITLES: Record<string, string> = { PAGE: 'App home', SETTINGS: 'Settings' };
const titleOf = ({ uid, type, config }: Extension) => config.name ?? TITLES[type] ?? uid;

function contextOf(data: PageData, extension: Extension, location: string): Record<string, unknown> {
  const { record, user } = data;
  const person = { id: Number(user.id), email: user.email, emails: [user.email], firstName: user.name.split(' ')[0], lastName: user.name.split(' ').slice(1).join(' '), locale: 'en-us', language: 'en', teams: [], permissions: [], roles: [] };
  const crm = record && location.startsWith('crm.') ? { crm: { objectId: Number(record.object_id), objectTypeId: record.object_type_id } } : {};
  return { location, portal: data.portal, user: person, variables: data.variables, ...crm, extension: { appId: data.app.id, appName: data.app.name, cardTitle: extension.config.name } };
}

interface Doing {
  tell: (told: Told) => void;
  goTo: (to: string, params?: Record<string, string>) => void;
  overlays: Map<string, () => void>;
  latest: { current: { data: PageData; onRefresh: () => void } };
}

function actionsOf({ tell, goTo, overlays, latest }: Doing): PageApi['actions'] {
  const properties = () => latest.current.data.record?.properties ?? {};
  return {
    addAlert: (told) => tell(told as Told),
    reloadPage: () => window.location.reload(),
    refreshObjectProperties: () => latest.current.onRefresh(),
    fetchCrmObjectProperties: async (names) => (names === '*' ? properties() : Object.fromEntries((names as string[]).map((name) => [name, properties()[name] ?? null]))),
    onCrmPropertiesUpdate: () => undefined,
    openIframeModal: (asked) => tell({ type: 'info', message: `HubSpot would open ${(asked as { uri: string }).uri}` }),
    closeOverlay: (id) => overlays.get(String(id))?.(),
    copyTextToClipboard: (text) => navigator.clipboard.writeText(String(text)),
    navigateToPage: (asked) => goTo((asked as { to: string }).to, (asked as { params?: Record<string, string> }).params),
  };
}
