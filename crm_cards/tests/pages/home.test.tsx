// What the app home shows, also when there is nothing yet or nothing can be shown, and how long it keeps looking.
import {
  Alert, BarChart, Button, EmptyState, ErrorState, Heading, Link, LoadingSpinner, ProgressBar, StatisticsItem, StatusTag, TableHeader, TableRow, Text,
} from '@hubspot/ui-extensions';
import { PageHeader, PageLink, PageTitle } from '@hubspot/ui-extensions/pages';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MOST_LOOKS } from '../../hubspot_project/src/app/pages/lib/useHome';
import { moment, money, spendWords } from '../../hubspot_project/src/app/pages/lib/words';
import { type Answer, backend, BACKEND, data, fixture, offline, open, quiet, refusal, render, status, words } from './stage';

afterEach(() => {
  vi.useRealTimers();
});

describe('before there is anything to show', () => {
  it('says that it loads, and asks once', async () => {
    const asked = backend(data(quiet()));
    const page = render();
    expect(page.find(LoadingSpinner).props.label).toBe('Loading the home of Leadlight');
    await page.waitFor(() => page.find(PageTitle));
    expect(asked).toEqual([`GET ${BACKEND}/cards/home`]);
  });

  it('asks the declared address where the project has no profile', async () => {
    const asked = backend(data(quiet()));
    const page = render('/', {});
    await page.waitFor(() => page.find(PageTitle));
    expect(asked).toEqual(['GET https://leadlight.example.com/cards/home']);
  });

  it.each<[string, Answer, string]>([
    ['a refusal in its own words', refusal('unknown_portal', 'Leadlight is not installed in this HubSpot account.'), 'Leadlight is not installed'],
    ['a bad gateway without its page', status(502), 'Leadlight could not be reached.'],
    ['no answer', offline, 'Leadlight could not be reached.'],
    ['an answer that is no envelope', async () => new Response('null'), 'Leadlight could not be reached.'],
  ])('tells %s, and loads again when asked to', async (_what, answer, message) => {
    backend(answer, data(quiet()));
    const page = render();
    await page.waitFor(() => page.find(ErrorState));
    expect(words(page.getRootNode())).toContain(message);
    expect(words(page.getRootNode())).not.toContain('<h1>');
    page.findByTestId(Button, 'retry').trigger('onClick');
    await page.waitFor(() => page.find(PageTitle));
    expect(page.maybeFind(ErrorState)).toBeNull();
  });
});

describe('the first page', () => {
  it('lists the hottest records with heat in words, and links to them', async () => {
    const { page } = await open(quiet());
    const rows = page.findAll(TableRow).slice(0, 3);
    expect(rows.map(words)).toEqual([
      'Record Heat Priority Why',
      'Sample Person, Head of Operations Hot 82.4 Reads the pricing page and decides on purchases',
      'Sample Works Warm 64 Grows by a fifth and looks for measuring tools',
    ]);
    expect(rows[1]!.find(Link).props.href).toEqual({ url: 'https://app.hubspot.com/contacts/42/record/0-1/501', external: true });
    expect(rows[1]!.find(StatusTag).props.variant).toBe('success');
  });

  it('tells in numbers what waits and what was spent', async () => {
    const { page } = await open(quiet());
    expect(page.findAll(StatisticsItem).map(({ props }) => [props.label, props.number])).toEqual([
      ['Drafts to approve', 23],
      ['Records waiting to be looked at', 37],
      ['Spent today', '$0.42'],
      ['Spent this month', '$12.35'],
    ]);
  });

  it('lists five approvals, and where to read the rest', async () => {
    const { page } = await open(quiet());
    expect(page.findAll(TableRow).map(words).filter((row) => row.startsWith('Sample Contact'))).toHaveLength(5);
    expect(page.findAll(PageLink).map((link) => [link.props.to, link.text])).toEqual([
      ['/approvals', 'See 23 drafts to approve'],
      ['/runs', 'See all runs'],
      ['/health', 'What Leadlight looks at'],
    ]);
  });

  it('draws the days of spend, says them in words, and holds each source against its cap', async () => {
    const { page } = await open(quiet());
    expect(page.find(BarChart).props.data).toHaveLength(30);
    expect(page.findByTestId(Text, 'spend-words').text).toBe('$10.25 in 30 days; most on 20 Nov: $2.75.');
    const cap = page.find(ProgressBar);
    expect(cap.props).toMatchObject({ value: 100, variant: 'danger', valueDescription: '455 of 450 credits: used up', 'aria-label': "Used of the month's cap of Apollo" });
    expect(words(page.getRootNode())).toContain('Hunter $3.25 324 credits, no cap');
  });

  it('says first what is broken and what to do, then that it is a dry run', async () => {
    const { page } = await open(quiet());
    expect(page.findAll(Alert).map((alert) => [alert.props.title, words(alert).replace(alert.props.title, '').trim()])).toEqual([
      ['No worker is running, and none was seen yet.', 'Whoever runs the server starts a worker; nothing is lost meanwhile.'],
      ['Dry run: nothing is written to HubSpot', 'Leadlight only proposes. You decide about going live in the settings of the app.'],
    ]);
  });

  it('has a way to the console', async () => {
    const { page } = await open(quiet());
    expect(page.find(PageHeader.Link).props.href).toBe(`${BACKEND}/admin/42`);
  });

  it('has a header for each column of each table', async () => {
    const { page } = await open(quiet());
    expect(page.findAll(TableHeader).map((one) => one.text)).toEqual(['Record', 'Heat', 'Priority', 'Why', 'Contact', 'Draft', 'Priority', 'Source', 'This month', 'Of its cap']);
  });
});

describe('an account in which nothing has happened yet', () => {
  it('says what to do next in place of each empty list', async () => {
    const { page } = await open(fixture('home_empty'));
    expect(page.find(EmptyState).props.title).toBe('Nothing is hot yet');
    const seen = words(page.getRootNode());
    for (const text of ['choose “Enrich now” on its Leadlight card', 'No draft waits for a person.', 'No run yet.', 'Nothing was spent in the last 30 days.', 'Fine Everything is running.']) {
      expect(seen).toContain(text);
    }
    expect(page.maybeFind(BarChart)).toBeNull();
    expect(page.maybeFind(Alert)).toBeNull();
  });

  it('says that records wait when they do', async () => {
    const { page } = await open({ ...fixture('home_empty'), waiting: 1 });
    expect(words(page.find(EmptyState))).toContain('1 record waits to be looked at.');
  });
});

it('tells people who may not approve that they may only read, and whom dry run is up to', async () => {
  const { page } = await open(fixture('home_viewer'));
  const seen = words(page.getRootNode());
  expect(seen).toContain('Operators and admins of Leadlight approve them.');
  expect(seen).toContain('An admin of Leadlight decides about going live.');
  expect(page.maybeFind(Button)).toBeNull();
});

it('shows script as text and follows no address that is not of the web', async () => {
  const { page } = await open(fixture('home_script'));
  expect(words(page.getRootNode())).toContain('<script>alert(1)</script> Sample Person, Head of Operations');
  expect(page.findAll(Link).filter((link) => !JSON.stringify(link.props.href).includes('https://'))).toEqual([]);
  expect(page.maybeFind(PageHeader)).toBeNull();
});

describe('the pages below', () => {
  it('list every approval, and say how many more there are', async () => {
    const { page } = await open(quiet(), '/approvals');
    expect(page.find(PageTitle).text).toBe('Waiting for approval');
    expect(page.findAll(TableRow)).toHaveLength(7);
    expect(words(page.getRootNode())).toContain('Sample Contact 6 2 e-mails and a LinkedIn message over 9 days not scored');
    expect(words(page.getRootNode())).toContain('17 more drafts wait; the console lists them all.');
  });

  it('list every run with what came of it, in the time of the account', async () => {
    const { page } = await open(fixture('home_viewer'), '/runs');
    expect(page.find(PageTitle).text).toBe('Runs');
    expect(words(page.getRootNode())).toContain('Undoing one field Finished 30 Nov, 09:41: 1 restored; started by rep@sample.example');
    expect(words(page.getRootNode())).toContain('Nightly sync Finished 28 Nov, 02:09; started by schedule');
  });

  it('list the health in words with what to do, and look again when asked to', async () => {
    const { page, asked } = await open(quiet(), '/health');
    expect(page.findAll(StatusTag).map((tag) => tag.text)).toEqual(['Broken', 'Look at this']);
    expect(words(page.getRootNode())).toContain('What to do: Whoever runs the server starts a worker');
    page.findByTestId(Button, 'look-again').trigger('onClick');
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  it('share what was loaded: going from one to the other asks nothing', async () => {
    const { page, asked } = await open(quiet());
    page.mocks.setPageLocation({ path: '/runs', params: {} });
    await page.waitFor(() => expect(page.find(PageTitle).text).toBe('Runs'));
    expect(asked).toHaveLength(1);
  });

  it('show the home where an address leads nowhere', async () => {
    const { page } = await open(quiet(), '/no-such-page');
    expect(page.find(PageTitle).text).toBe('Leadlight');
  });
});

describe('while runs are under way', () => {
  const at = (done: number, finished: boolean) => {
    const view = fixture('home');
    view.runs[0] = { ...view.runs[0]!, done, finished_at: finished ? '2026-12-01T09:10:00+00:00' : null };
    return data(view);
  };
  const start = async (...answers: Answer[]) => {
    vi.useFakeTimers();
    const asked = backend(...answers);
    const page = render('/runs');
    await vi.advanceTimersByTimeAsync(0);
    return { page, asked };
  };

  it('shows how far they are, and stops looking when they are done', async () => {
    const { page, asked } = await start(at(120, false), at(300, false), at(400, true));
    expect(page.find(ProgressBar).props).toMatchObject({ title: 'Looking at all contacts', value: 120, maxValue: 400, valueDescription: '120 of 400' });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(page.find(ProgressBar).props.value).toBe(300);
    await vi.advanceTimersByTimeAsync(3_900);
    expect(page.maybeFind(ProgressBar)).toBeNull();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked).toHaveLength(3);
    expect(page.maybeFind(Alert)).toBeNull();
  });

  it('does not look for ever, says so, and looks again when asked to', async () => {
    const { page, asked } = await start(at(120, false));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(asked).toHaveLength(1 + MOST_LOOKS);
    expect(page.find(Alert).props.title).toBe('This page has stopped looking');
    page.findByTestId(Button, 'look-again').trigger('onClick');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2 + MOST_LOOKS);
    expect(page.maybeFind(Alert)).toBeNull();
  });

  it('keeps what it shows when a look fails, and gives up after four in a row', async () => {
    const { page, asked } = await start(at(120, false), offline, at(130, false), offline);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(page.find(ProgressBar).props.value).toBe(120);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(page.find(ProgressBar).props.value).toBe(130);
    expect(asked).toHaveLength(7);
    expect(page.maybeFind(ErrorState)).toBeNull();
    expect(page.find(Alert).props.title).toBe('This page has stopped looking');
  });
});

it('puts what is under way before the last runs on the first page', async () => {
  vi.useFakeTimers();
  backend(data(fixture('home')));
  const page = render();
  await vi.advanceTimersByTimeAsync(0);
  expect(page.findAll(Heading).map((one) => one.text)).toContain('Under way (1)');
});

describe('words', () => {
  it.each([['0', '$0'], ['0.0042', '$0.004'], ['1234.5', '$1,234.50'], ['unclear', 'unclear']])('say %s as %s', (usd, said) => {
    expect(money(usd)).toBe(said);
  });

  it('say moments by the account, by UTC where its time zone is unknown, and own up to none', () => {
    expect(moment('2026-12-01T08:40:00+00:00', 'Europe/Berlin')).toBe('1 Dec, 09:40');
    expect(moment('2026-12-01T08:40:00+00:00', 'Nowhere/Atall')).toBe('1 Dec, 08:40');
    expect(moment(null, 'UTC')).toBe('not known');
    expect(spendWords([])).toBeNull();
  });
});
