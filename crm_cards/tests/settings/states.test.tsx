// What the settings page shows to whom, and when it cannot be shown.
import {
  Accordion, Alert, Button, ErrorState, Form, Heading, Input, Link, LoadingButton, LoadingSpinner, ProgressBar, Select, StatusTag, Tab, TableHeader, TableRow, Text, TextArea, ToggleGroup,
} from '@hubspot/ui-extensions';
import { describe, expect, it } from 'vitest';
import { barColour, problemsOf, usedRatio, whyNoCap } from '../../hubspot_project/src/app/settings/lib/words';
import { backend, BACKEND, data, fixture, offline, open, refusal, render, status, VIEW, words } from './stage';

describe('before there is anything to show', () => {
  it('says that it loads, and asks once', async () => {
    const asked = backend({ [VIEW]: [data(fixture('settings'))] });
    const page = render();
    expect(page.find(LoadingSpinner).props.label).toBe('Loading the settings of Leadlight');
    await page.waitFor(() => page.find(Tab));
    expect(asked).toEqual([{ method: 'GET', url: `${BACKEND}/cards/settings`, body: {} }]);
  });

  it('asks the address of its profile, and the declared one without a profile', async () => {
    const asked = backend({ [VIEW]: [data(fixture('settings'))] });
    const staging = render({ PUBLIC_URL: 'https://staging.example.com' });
    await staging.waitFor(() => staging.find(Tab));
    const plain = render({});
    await plain.waitFor(() => plain.find(Tab));
    expect(asked.map((one) => one.url)).toEqual(['https://staging.example.com/cards/settings', 'https://leadlight.example.com/cards/settings']);
  });

  it.each([
    ['a refusal in its own words', refusal('unknown_portal', 'Leadlight is not installed in this HubSpot account.'), 'Leadlight is not installed in this HubSpot account.'],
    ['a bad gateway without its page', status(502), 'Leadlight could not be reached. Try again in a minute.'],
    ['no answer', offline, 'Leadlight could not be reached. Try again in a minute.'],
    ['an answer that is no envelope', async () => new Response('[]'), 'Leadlight could not be reached. Try again in a minute.'],
  ])('tells %s, and loads again when asked to', async (_what, answer, message) => {
    backend({ [VIEW]: [answer, data(fixture('settings'))] });
    const page = render();
    await page.waitFor(() => page.find(ErrorState));
    expect(words(page.find(ErrorState))).toContain(message);
    expect(words(page.getRootNode())).not.toContain('<h1>');
    page.findByTestId(Button, 'retry').trigger('onClick');
    await page.waitFor(() => page.find(Tab));
    expect(page.maybeFind(ErrorState)).toBeNull();
  });
});

describe('the overview', () => {
  it('puts what is broken first, each with what to do, and folds away what is fine', async () => {
    const { page } = await open(fixture('settings'));
    expect(page.find(Alert).props.title).toBe('1 thing must be repaired');
    const overview = page.find(Tab, { tabId: 'overview' });
    expect(overview.props.title).toBe('Overview (3 to look at)');
    expect(overview.findAll(Heading).map((one) => one.text)).toEqual(['token', 'webhooks', 'workflow actions', 'Dry run']);
    expect(overview.findAll(StatusTag).map((one) => one.text)).toEqual(['Broken', 'Look at this', 'Look at this', 'On: nothing is written']);
    expect(words(overview)).toContain('What to do: Open the install link to connect again.');
    const fine = overview.find(Accordion);
    expect(fine.props).toMatchObject({ title: '3 things looked at and fine' });
    expect(fine.props.defaultOpen).not.toBe(true);
    expect(words(fine)).toContain('scores: on');
  });

  it('says that everything is on when it is', async () => {
    const { page } = await open(fixture('settings_all_well'));
    expect(page.find(Alert).props.title).toBe('Everything is on');
    expect(page.find(Tab, { tabId: 'overview' }).props.title).toBe('Overview');
    expect(page.findByTestId(StatusTag, 'dry-run-state').text).toBe('Off: Leadlight is live');
  });

  it('says how much is proposed', async () => {
    const { page } = await open(fixture('settings'));
    expect(page.findByTestId(Text, 'proposed').text).toBe('128 values on 41 records are proposed.');
  });
});

describe('people', () => {
  it('without a role see whom to ask and no setting', async () => {
    const { page } = await open(fixture('settings_no_role'));
    expect(page.find(ErrorState).props.type).toBe('lock');
    expect(words(page.getRootNode())).toContain('Ask an admin of Leadlight to let you in: admin@sample.example.');
    expect(page.maybeFind(Tab)).toBeNull();
  });

  it('who only look see every setting as text and nothing to press or fill in', async () => {
    const { page } = await open(fixture('settings_viewer'));
    for (const control of [Button, LoadingButton, Input, TextArea, Select, ToggleGroup, Form]) expect(page.maybeFind(control as typeof Button)).toBeNull();
    expect(page.findByTestId(Text, 'read-only').text).toContain('You are a viewer');
    const seen = words(page.getRootNode());
    for (const text of ['Apollo', 'On, with a key', '82 of 100 credits, 4 more asked for', 'Written only where nothing stands', "A record's owner and the owner's team", 'industries: [manufacturing]', 'On: nothing is written']) {
      expect(seen).toContain(text);
    }
  });
});

describe('tables', () => {
  it('have a header for each column', async () => {
    const { page } = await open(fixture('settings'));
    const headers = (tab: string) => page.find(Tab, { tabId: tab }).findAll(TableHeader).map((one) => one.text);
    expect(headers('providers')).toEqual(['Source', 'State', 'Price', 'Key']);
    expect(headers('budgets')).toEqual(['Budget', 'Used so far', 'Cap', 'Change']);
  });

  it('show what is used of each cap, in words too', async () => {
    const { page } = await open(fixture('settings'));
    const budgets = page.find(Tab, { tabId: 'budgets' });
    expect(budgets.findAll(ProgressBar).map(({ props }) => [props.value, props.variant, props.valueDescription])).toEqual([
      [100, 'danger', '1,010 of 1,000 credits: used up'],
      [86, 'warning', '82 of 100 credits, 4 more asked for'],
    ]);
    expect(words(budgets.findAll(TableRow)[3]!)).toContain('Hunter, a month 7 credits No cap');
  });

  it('open the object type that has a problem and say what it is', async () => {
    const { page } = await open(fixture('settings'));
    const sheets = page.find(Tab, { tabId: 'policies' }).findAll(Accordion);
    expect(sheets.map((one) => [one.props.title, one.props.defaultOpen])).toEqual([
      ['Contacts: Cautious', false],
      ['Companies: a mixture of your own (1 property to look at)', true],
    ]);
    expect(words(sheets[1]!)).toContain('HubSpot calculates this property itself');
  });
});

it('warns where no owner is known', async () => {
  const view = fixture('settings');
  view.access.owners_known = 0;
  const { page } = await open(view);
  expect(page.find(Tab, { tabId: 'access' }).find(Alert).props.title).toBe('Owners are not known');
});

it('shows script as text and follows no address that is not of the web', async () => {
  const { page } = await open(fixture('settings_script'));
  expect(words(page.getRootNode())).toContain('<script>alert(1)</script> Apollo');
  const targets = page.findAll(Link).map((link) => JSON.stringify(link.props.href));
  expect(targets.length).toBeGreaterThan(0);
  expect(targets.filter((target) => !target.includes('https://'))).toEqual([]);
});

describe('words', () => {
  it('of a cap of nothing say that it is used up, and of no cap nothing', () => {
    expect(usedRatio({ cap_credits: '0', spent: '0', reserved: '0' })).toBe(1);
    expect(usedRatio({ cap_credits: null, spent: '5', reserved: '0' })).toBeNull();
    expect([0.2, 0.8, 1].map(barColour)).toEqual(['success', 'warning', 'danger']);
  });

  it.each([['500', true], ['12.5', true], ['1,000', true], ['12,5', false], ['', false], ['-3', false], ['many', false], ['1e9', false]])('take %j as a cap: %s', (typed, isTaken) => {
    expect(whyNoCap(typed) === null).toBe(isTaken);
  });

  it('name a problem that gives no reason', () => {
    const view = { ...fixture('settings'), checks: [], features: [{ name: 'events', on: false, why_off: null, what_to_do: null }] };
    expect(problemsOf(view)).toEqual([{ name: 'events', level: 'warning', message: 'It is switched off.', whatToDo: null }]);
  });
});
