// What the page's own server tells, and how it is asked. The token in the page's address space keeps other sites from using the server's signatures.
export interface User { id: string; name: string; email: string; teams: string[] }
export interface Extension { uid: string; type: string; config: { name?: string; location?: string; objectTypes?: string[] }; bundle: string }
export interface Activity { kind: string; id: string; title: string; detail: string; status: string; due: string | null; at: string; owner: string }
export interface RecordData { object_type: string; object_type_id: string; object_id: string; title: string; properties: Record<string, string | null>; activities: Activity[] | null; portal_url: string }
export interface PageData {
  portal: { id: number; timezone: string };
  users: User[];
  user: User;
  app: { id: number; name: string };
  variables: Record<string, string>;
  extensions: Extension[];
  record: RecordData | null;
  token: string;
}
export interface Listed { object_type: string; object_id: string; title: string; hint: string }

/** What the address of the page asks for. */
export interface Wish { portal: string; view: 'record' | 'settings' | 'home'; type: string; id: string; user: string; fixture: string }

const VIEWS = ['record', 'settings', 'home'];

export function readWish(search: string): Wish {
  const asked = new URLSearchParams(search);
  const view = asked.get('view') ?? 'record';
  return {
    portal: asked.get('portal') ?? '', view: (VIEWS.includes(view) ? view : 'record') as Wish['view'], type: asked.get('type') ?? 'contacts', id: asked.get('id') ?? '',
    user: asked.get('user') ?? '', fixture: asked.get('fixture') ?? '',
  };
}

export function addressOf(wish: Wish): string {
  const told = Object.entries(wish).filter(([name, value]) => value && !(name === 'view' && value === 'record') && (wish.view === 'record' || (name !== 'type' && name !== 'id')));
  return `/?${new URLSearchParams(told)}`;
}

const RECORD_PAGE = /\/contacts\/(\d+)\/record\/(0-[123])\/(\d+)$/;
const TYPE_NAMES: Record<string, string> = { '0-1': 'contacts', '0-2': 'companies', '0-3': 'deals' };

/** Where this page shows the record whose page in HubSpot is meant; null when none is. */
export function localRecord(wish: Wish, url: string): string | null {
  const [, portal, typeId = '', id = ''] = RECORD_PAGE.exec(url) ?? [];
  const type = TYPE_NAMES[typeId];
  return portal && type ? addressOf({ ...wish, view: 'record', portal, type, id, fixture: '' }) : null;
}

async function read<T>(answer: Response): Promise<T> {
  const body = (await answer.json()) as T & { error?: string };
  if (!answer.ok) throw new Error(body.error ?? `The page's server answered ${answer.status}`);
  return body;
}

/** The first look leaves the activities out, so that the cards are there soon; every later one brings them. */
export const loadPage = async (wish: Wish, activities: 'yes' | 'no'): Promise<PageData> => read<PageData>(await fetch(`/page-data?${new URLSearchParams({ ...wish, activities })}`));
export const loadList = async (wish: Wish, query: string): Promise<Listed[]> =>
  (await read<{ records: Listed[] }>(await fetch(`/records?${new URLSearchParams({ portal: wish.portal, type: wish.type, q: query })}`))).records;

/** hubspot.fetch, as HubSpot's servers would carry it. */
export async function carryFetch(data: PageData, wish: Wish, url: string, options: unknown): Promise<{ status: number; body: string; error?: string }> {
  const body = JSON.stringify({ url, options: options ?? {}, portal: data.portal.id, user: data.user.id, fixture: wish.fixture });
  return read(await fetch('/proxy', { method: 'POST', headers: { 'content-type': 'application/json', 'x-page-token': data.token }, body }));
}
