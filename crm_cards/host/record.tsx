// The record around the cards: its properties, what happened on it, and other records to go to.
import { useEffect, useState } from 'react';
import { addressOf, loadList, type Activity, type Listed, type RecordData, type Wish } from './data';

const TYPES: Record<string, string> = { contacts: 'Contacts', companies: 'Companies', deals: 'Deals' };
const KINDS: Record<string, string> = { tasks: 'Task', notes: 'Note', events: 'Timeline' };

export function Properties({ record }: { record: RecordData }) {
  const shown = Object.entries(record.properties).filter(([, value]) => value);
  const ours = shown.filter(([name]) => name.startsWith('leadlight_'));
  const rest = shown.filter(([name]) => !name.startsWith('leadlight_'));
  const list = (entries: typeof shown) => <dl>{entries.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
  return (
    <section className="plain" aria-label="The record's properties">
      <h1>{record.title}</h1>
      <p><a href={record.portal_url}>{TYPES[record.object_type]?.replace(/ies$/, 'y').replace(/s$/, '')} {record.object_id} in the local portal</a></p>
      {list(rest)}
      <details><summary>{ours.length} properties of Leadlight</summary>{list(ours)}</details>
    </section>
  );
}

export function Activities({ activities }: { activities: Activity[] | null }) {
  return (
    <section className="plain" aria-label="Activities">
      <h2>Activities</h2>
      {activities === null && <p>Loading …</p>}
      {activities?.length === 0 && <p>Nothing yet. Approve a draft, and its tasks appear here.</p>}
      <ol className="activities">
        {activities?.map((one) => (
          <li key={`${one.kind}/${one.id}`} data-activity={one.kind} data-status={one.status}>
            <b>{KINDS[one.kind] ?? one.kind}{one.status && `, ${one.status}`}</b> {one.title}
            {one.due && <small>due {new Date(one.due).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}{one.owner && `, for ${one.owner}`}</small>}
            {one.detail && <details><summary>Text</summary><p>{one.detail}</p></details>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Records to click through, hottest first. */
export function Records({ wish }: { wish: Wish }) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Listed[] | null>(null);
  const [problem, setProblem] = useState('');
  const { portal, type } = wish;
  useEffect(() => {
    let live = true;
    const waiting = setTimeout(() => {
      loadList({ ...wish, portal, type }, query).then((list) => live && (setFound(list), setProblem('')), (error: Error) => live && setProblem(error.message));
    }, found ? 250 : 500);
    return () => { live = false; clearTimeout(waiting); };
    // Only what is listed matters, not which record is open.
  }, [portal, type, query]);
  return (
    <nav className="plain records" aria-label="Records">
      <div className="types">{Object.entries(TYPES).map(([name, title]) => <a key={name} href={addressOf({ ...wish, view: 'record', type: name, id: '' })} aria-current={wish.view === 'record' && name === type ? 'page' : undefined}>{title}</a>)}</div>
      <label>Search <input type="search" value={query} onChange={(typed) => setQuery(typed.target.value)} /></label>
      {problem && <p role="alert">{problem}</p>}
      {found?.length === 0 && <p>No record is called so.</p>}
      <ul>{found?.map((one) => (
        <li key={one.object_id}><a href={addressOf({ ...wish, view: 'record', type: one.object_type, id: one.object_id })} aria-current={wish.id === one.object_id ? 'page' : undefined}>{one.title}</a> <small>{one.hint}</small></li>
      ))}</ul>
    </nav>
  );
}
