// Every state a record can be in, as the tab and the sidebar say it. The fixtures are what the backend answers.
import { Accordion, Alert, Button, EmptyState, ErrorState, Heading, Link, LoadingSpinner, ScoreCircle, StatusTag, Tab, Table, TableRow, Text } from '@hubspot/ui-extensions';
import { describe, expect, it } from 'vitest';
import { Backend, BACKEND, data, fixture, fixtureNames, offline, refusal, render, show, status, words } from './stage';

const loaded = async (name: string, place: 'crm.record.tab' | 'crm.record.sidebar' = 'crm.record.tab') => {
  const shown = show(fixture(name), place);
  await shown.card.waitFor(() => expect(shown.card.maybeFind(LoadingSpinner, { label: 'Loading what Leadlight knows' })).toBeNull());
  return shown.card;
};
const tabs = (card: Awaited<ReturnType<typeof loaded>>) => card.findAll(Tab).map((tab) => tab.props.title);

describe('the tab', () => {
  it('asks once, for the record it stands on, and says that it loads', async () => {
    const { card, backend } = show(fixture('ready'));
    expect(card.find(LoadingSpinner).props.label).toBe('Loading what Leadlight knows');
    await card.waitFor(() => card.find(Heading));
    expect(backend.asked).toEqual([{ method: 'GET', path: '/cards/record/0-1/501', body: undefined }]);
  });

  it('says at the top how hot a contact is, what moved and what to do next', async () => {
    const card = await loaded('ready');
    expect(card.findByTestId(StatusTag, 'heat').text).toBe('Hot');
    expect(card.find(ScoreCircle).props.score).toBe(82);
    expect(card.findByTestId(Text, 'moved').text).toBe('Up 12 since 21 Nov 2026; was Warm: Visited the pricing page this week');
    expect(card.findAll(Heading).slice(0, 2).map((one) => one.text)).toEqual([
      'Head of Operations at Sample Works, reading the pricing page',
      'Call Sample Person about the pricing page before Friday.',
    ]);
    expect(card.maybeFind(Alert)).toBeNull();
    expect(tabs(card)).toEqual(['Brief', 'Why this score', 'Draft (waits for you)', 'Sources']);
  });

  it('gives each sentence of the brief its source and day', async () => {
    const brief = (await loaded('ready')).find(Tab, { title: 'Brief' });
    expect(words(brief)).toContain('Sample Works makes measuring tools with 240 people. page , 20 Nov 2026');
    expect(brief.findAll(Link).map((link) => link.props.href)).toContainEqual({ url: 'https://sample-works.example/about', external: true });
    expect(words(brief)).not.toContain('Call Sample Person');
    expect(words(brief)).toContain('Written 24 Nov 2026, checked 28 Nov 2026');
  });

  it('lists the reasons of a score with points that add up to it', async () => {
    const why = (await loaded('ready')).find(Tab, { title: 'Why this score' });
    expect(why.findAll(TableRow).slice(0, 5).map((row) => words(row))).toEqual([
      'Reason Points',
      'Fits the ideal customer: manufacturing, 240 employees +45',
      'Decides on purchases: Head of Operations +25',
      'Visited the pricing page this week +12',
      'Together 82 of 100',
    ]);
    expect(why.findAll(Accordion).map((one) => one.props.title)).toEqual(['BANT: no value yet', 'ICP fit: 71 of 100']);
    expect(words(why)).toContain('Outside the home market −4');
  });

  it('shows where each written value comes from, its trust and its cost', async () => {
    const sources = (await loaded('ready')).find(Tab, { title: 'Sources' });
    const rows = sources.findAll(TableRow).map((row) => words(row));
    expect(rows[1]).toContain('Industry Manufacturing page 20 Nov 2026 90%, free');
    expect(rows[2]).toContain('Job title Head of Operations apollo 20 Nov 2026 75%, $0.02');
    expect(rows[3]).toContain('Leadlight priority 82 Leadlight 24 Nov 2026 Computed –');
    expect(words(sources)).toContain('Everything that was found (3)');
  });

  it('says on what the sources disagree, and why each other value was not used', async () => {
    const card = await loaded('ready');
    expect(words(card.findByTestId(Text, 'disputed'))).toMatch(/^Sources disagree +on industry\./);
    const facts = card.findByTestId(Table, 'facts').findAll(TableRow).map((row) => words(row));
    expect(facts[2]).toMatch(/^Industry +Used Manufacturing/);
    expect(facts[3]).toMatch(/^Industry +Differs Tools/);
    expect(facts[3]).toContain('Not used: less trusted source');
  });

  it('says nothing of a disagreement where there is none', async () => {
    const view = fixture('ready');
    view.provenance.facts = view.provenance.facts.map((fact) => ({ ...fact, differs: false, lost_because: fact.chosen ? null : 'says the same, with less certainty' }));
    const { card } = show(view);
    await card.waitFor(() => card.find(Tab, { title: 'Sources' }));
    const sources = card.find(Tab, { title: 'Sources' });
    expect(words(sources)).not.toContain('Sources disagree');
    expect(words(sources)).toContain('Not used: says the same, with less certainty');
  });

  it.each([
    ['over_budget', 'warning', 'The budget is used up'],
    ['waiting_for_provider', 'info', 'A source did not answer'],
    ['failed', 'danger', 'Could not be done'],
    ['dry_run', 'info', 'Dry run'],
    ['disconnected', 'danger', 'Leadlight is disconnected'],
    ['erased', 'info', 'Erased for privacy'],
    ['not_enough_evidence', 'info', 'Too little is known'],
    ['stale', 'info', 'Looked at long ago'],
  ])('says honestly: %s', async (name, variant, title) => {
    const alert = (await loaded(name)).find(Alert);
    expect([alert.props.variant, alert.props.title]).toEqual([variant, title]);
  });

  it.each([
    ['queued', 'Waiting for its turn'],
    ['running', 'Leadlight is looking'],
  ])('shows that work is under way: %s', async (name, title) => {
    const card = await loaded(name);
    expect(card.find(LoadingSpinner).props.label).toBe(title);
    expect(card.findByTestId(Button, 'enrich').props.disabled).toBe(true);
  });

  it('says when nobody works', async () => {
    const alert = (await loaded('queued_without_worker')).find(Alert);
    expect([alert.props.title, alert.text]).toEqual(['Nobody is working', 'Nobody has worked for a minute. Tell an admin of Leadlight.']);
  });

  it('offers to start on a record nobody has looked at, and shows nothing else', async () => {
    const card = await loaded('new');
    expect(card.find(EmptyState).props.title).toBe('Not looked at yet');
    expect(card.findByTestId(Button, 'enrich').text).toBe('Enrich now');
    expect(card.findByTestId(Button, 'enrich').props.variant).toBe('primary');
    expect(tabs(card)).toEqual([]);
  });

  it('keeps nothing of an erased contact and offers nothing', async () => {
    const card = await loaded('erased');
    expect(card.findAll(Button)).toEqual([]);
    expect(tabs(card)).toEqual([]);
  });

  it('shows the people of a company and how much more there is on the console', async () => {
    const card = await loaded('company');
    expect(tabs(card)).toEqual(['Brief', 'Why this score', 'People', 'Sources']);
    expect(card.find(Tab, { title: 'People' }).findAll(TableRow).map((row) => words(row))).toEqual([
      'Person Heat Draft',
      'Sample Person, Head of Operations Hot, 82 Waits for your approval',
      'Contact 502 Not enough evidence –',
    ]);
    expect(words(card.find(Tab, { title: 'Sources' }))).toContain('33 more entries and the whole history');
  });

  it('shows on a deal its people and company, and a button that looks at them', async () => {
    const card = await loaded('deal');
    expect(tabs(card)).toEqual(['People and company']);
    expect(card.find(Heading).text).toBe('Sample Works: measuring line');
    expect(words(card.getRootNode())).toContain('Contract sent · 12000 · closes 18 Dec 2026');
    expect(card.findByTestId(Button, 'enrich').text).toBe('Enrich now');
    expect(card.find(Tab).findAll(Link).map((link) => (link.props.href as { url: string }).url)).toEqual([
      'https://app.hubspot.com/contacts/42/record/0-2/601',
      'https://app.hubspot.com/contacts/42/record/0-1/501',
      'https://app.hubspot.com/contacts/42/record/0-1/502',
    ]);
  });

  it('takes every button from people who may only read', async () => {
    const card = await loaded('viewer_only');
    expect(card.findAll(Button)).toEqual([]);
    expect(words(card.getRootNode())).toContain('You may read this.');
  });

  it('says what became of the tasks of an approved draft', async () => {
    const draft = (await loaded('draft_approved')).find(Tab, { title: 'Draft' });
    expect(words(draft)).toContain('Approved by rep@sample.example on 30 Nov 2026');
    expect(draft.findAll(TableRow).map((row) => words(row))).toEqual([
      'Task Due State',
      'Step 1 · E-mail 1 Dec 2026 In HubSpot',
      'Step 2 · LinkedIn 4 Dec 2026 Refused The owner is no longer active.',
      'Step 3 · E-mail 8 Dec 2026 To be made',
    ]);
  });

  it('says why a draft was rejected, and why there is none', async () => {
    expect(words((await loaded('draft_rejected')).find(Tab, { title: 'Draft' }))).toContain('Reason: We met last week already.');
    const refused = (await loaded('not_enough_evidence')).find(Tab, { title: 'Draft' });
    expect(refused.find(Alert).text).toBe('Neither a role nor a company is known.');
    expect(refused.findAll(Button)).toEqual([]);
  });

  it('says why a draft may not be approved', async () => {
    const draft = (await loaded('dry_run')).find(Tab, { title: 'Draft (waits for you)' });
    expect(draft.find(Button, (button) => button.text === 'Approve').props.disabled).toBe(true);
    expect(words(draft)).toContain('Dry run: your admin is still trying Leadlight out');
  });

  it.each(fixtureNames.map((name) => [name]))('has at most one primary button: %s', async (name) => {
    const card = await loaded(name);
    expect(card.findAll(Button, { variant: 'primary' }).length).toBeLessThanOrEqual(1);
  });

  it('shows script as text and makes no link of it', async () => {
    const card = await loaded('script_in_every_text');
    expect(card.find(Heading).text).toBe("<script>alert('x')</script>");
    const addresses = card.findAll(Link).map((link) => (link.props.href as { url: string }).url);
    expect(addresses.filter((address) => !address.startsWith('https://'))).toEqual([]);
  });
});

describe('the sidebar', () => {
  it('says heat, priority, what moved, the next step and the state of the draft, with one button', async () => {
    const card = await loaded('ready', 'crm.record.sidebar');
    const text = words(card.getRootNode());
    expect(text).toContain('Hot Priority 82 of 100');
    expect(text).toContain('Up 12 since 21 Nov 2026');
    expect(card.findByTestId(Text, 'next-step').text).toBe('Call Sample Person about the pricing page before Friday.');
    expect(text).toContain('Draft Waits for your approval');
    expect(card.findAll(Button).map((button) => button.text)).toEqual(['Enrich now']);
  });

  it.each(fixtureNames.map((name) => [name]))('has no table and at most one button: %s', async (name) => {
    const card = await loaded(name, 'crm.record.sidebar');
    expect(card.findAll(TableRow)).toEqual([]);
    expect(card.findAll(Button).length).toBeLessThanOrEqual(1);
  });
});

describe('a card that gets no answer', () => {
  const record = { object_type: 'contacts', object_id: '501' } as const;

  it.each([
    ['the network fails', offline],
    ['the backend is down', status(503)],
    ['the answer is no JSON', status(200, '<html>')],
    ['the answer is JSON of something else', status(200, '{"status":"fine"}')],
    ['the answer is nothing', status(200, 'null')],
  ])('says so and loads when tried again: %s', async (_words, answer) => {
    new Backend().on('/501', answer, data(fixture('ready')));
    const { card } = render(record);
    await card.waitFor(() => card.find(ErrorState));
    expect(words(card.find(ErrorState))).toContain('Leadlight could not be reached.');
    card.findByTestId(Button, 'retry').trigger('onClick');
    await card.waitFor(() => card.find(ScoreCircle));
    expect(card.maybeFind(ErrorState)).toBeNull();
  });

  it('says in the backend\'s words that a record is not this visitor\'s to see', async () => {
    new Backend().on('/501', refusal('not_visible', 'There is no such record, or it is not yours to see.'));
    const { card } = render(record);
    await card.waitFor(() => card.find(ErrorState));
    expect(card.find(ErrorState).props.type).toBe('lock');
    expect(words(card.find(ErrorState))).toContain('There is no such record, or it is not yours to see.');
  });

  it('tells an upload without a profile from a backend that is down', async () => {
    const backend = new Backend();
    const { card } = render({ ...record, object_id: '777' }, 'crm.record.tab', {});
    await card.waitFor(() => card.find(ErrorState));
    expect(words(card.find(ErrorState))).toContain('uploaded without a profile');
    // The card of the test before may have had one more look under way.
    expect(backend.asked.filter(({ path }) => path.includes('/777'))).toEqual([]);
  });

  it('asks the address of its profile', async () => {
    const { backend, card } = show(fixture('ready'));
    await card.waitFor(() => card.find(ScoreCircle));
    expect(backend.asked[0]?.path.startsWith('/cards/')).toBe(true);
    expect(BACKEND.startsWith('https://')).toBe(true);
  });
});
