// The local record page: the cards' unchanged bundles on a plain page of our own. It is no picture of HubSpot, and says so.
import { useCallback, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { addressOf, loadPage, readWish, type PageData, type Wish } from './data';
import { Frame, type Told } from './frame';
import { Activities, Properties, Records } from './record';

const LOOK_EVERY_MS = 2_000;
/** The cards come first; what stands around them follows. */
const SETTLED_MS = 600;
const LOCATIONS: Record<string, string> = { PAGE: 'pages', SETTINGS: 'settings' };
const VIEWS: Record<Wish['view'], string> = { record: 'Records', home: 'App home', settings: 'Settings' };
const wish = readWish(window.location.search);

function Top({ data }: { data: PageData }) {
  return (
    <header className="top">
      <p className="banner">Local record page: a stand-in for testing, not HubSpot{wish.fixture && `. Showing a recorded answer: ${wish.fixture}`}</p>
      <nav aria-label="Pages">
        {(Object.keys(VIEWS) as Wish['view'][]).map((view) => <a key={view} href={addressOf({ ...wish, view })} aria-current={view === wish.view ? 'page' : undefined}>{VIEWS[view]}</a>)}
        <label>Signed in as <select value={data.user.id} onChange={(picked) => window.location.assign(addressOf({ ...wish, user: picked.target.value }))}>
          {data.users.map((user) => <option key={user.id} value={user.id}>{user.name}{user.teams.length ? `, ${user.teams.join(', ')}` : ''}</option>)}
        </select></label>
      </nav>
    </header>
  );
}

function Alerts({ alerts, dismiss }: { alerts: (Told & { id: number })[]; dismiss: (id: number) => void }) {
  return (
    <div className="alerts" role="region" aria-live="polite" aria-label="Messages">
      {alerts.map((told) => (
        <div key={told.id} className={`hs-alert hs-alert--${told.type ?? 'info'}`} data-alert={told.type ?? 'info'}>
          <button type="button" className="hs-close" aria-label="Dismiss" onClick={() => dismiss(told.id)}>×</button>{told.title && <strong>{told.title}</strong>} {told.message}
        </div>
      ))}
    </div>
  );
}

function Page({ first }: { first: PageData }) {
  const [data, setData] = useState(first);
  const [alerts, setAlerts] = useState<(Told & { id: number })[]>([]);
  const tell = useCallback((told: Told) => setAlerts((all) => [...all.slice(-3), { ...told, id: performance.now() }]), []);
  const refresh = useCallback(() => { loadPage(wish, 'yes').then(setData, (error: Error) => tell({ type: 'danger', message: error.message })); }, [tell]);
  const isRecord = wish.view === 'record' && wish.id !== '';
  const watches = isRecord && wish.fixture === '';
  useEffect(() => {
    const once = isRecord ? setTimeout(refresh, SETTLED_MS) : undefined;
    return () => clearTimeout(once);
  }, [isRecord, refresh]);
  useEffect(() => {
    if (!watches) return undefined;
    const clock = setInterval(() => document.visibilityState === 'visible' && refresh(), LOOK_EVERY_MS);
    return () => clearInterval(clock);
  }, [watches, refresh]);
  // The extensions of the first look: a new list of the same ones would start every card anew.
  const at = (location: string) => first.extensions
    .filter(({ type, config }) => (config.location ?? LOCATIONS[type]) === location)
    .filter(({ config }) => !config.objectTypes || !data.record || config.objectTypes.includes(data.record.object_type))
    .map((extension) => <Frame key={extension.uid} extension={extension} data={data} wish={wish} location={location} tell={tell} onRefresh={refresh} />);
  return (
    <>
      <Top data={data} />
      <Alerts alerts={alerts} dismiss={(id) => setAlerts((all) => all.filter((told) => told.id !== id))} />
      {wish.view === 'home' && <main className="single">{at('pages')}</main>}
      {wish.view === 'settings' && <main className="single"><h1>Settings of a connected app</h1>{at('settings')}</main>}
      {wish.view === 'record' && (
        <main className="record">
          <div className="column"><Records wish={wish} />{data.record && <Properties record={data.record} />}</div>
          <section className="column" aria-label="Middle column">{data.record ? at('crm.record.tab') : <p className="plain">Choose a record on the left.</p>}</section>
          <aside className="column" aria-label="Sidebar">{data.record && at('crm.record.sidebar')}{data.record && <Activities activities={data.record.activities} />}</aside>
        </main>
      )}
    </>
  );
}

const root = createRoot(document.getElementById('root') as HTMLElement);
loadPage(wish, 'no').then(
  (data) => root.render(<Page first={data} />),
  (error: Error) => root.render(<main className="single"><p className="plain" role="alert">{error.message}</p></main>),
);
