// Each change: what is sent, what is said afterwards, and what stays when it is refused.
import { Alert, Button, Form, Input, LoadingButton, Modal, Select, StatusTag, Text, TextArea, ToggleGroup } from '@hubspot/ui-extensions';
import { describe, expect, it, vi } from 'vitest';
import type { SettingsView } from '../../hubspot_project/src/app/settings/lib/types';
import { type Answer, command, commands, data, fixture, offline, open, refusal, status, VIEW, words } from './stage';

const KEY = 'sample-key-4711-not-a-real-one';
const done = (settings: SettingsView, message: string) => data({ settings, message });

type Page = Awaited<ReturnType<typeof open>>['page'];
/** The overlay of a button: a tree of its own. */
const overlay = (page: Page, button: string) => {
  const { overlay: found } = page.findByTestId(Button, button).props;
  if (!found || typeof found !== 'object' || !('find' in found)) throw new Error(`${button} has no overlay`);
  return found;
};
const press = (page: Page, button: string) => overlay(page, button).find(LoadingButton).trigger('onClick');
const alerts = (page: Page) => page.mocks.actions.addAlert.calls.map(([alert]) => alert);
const closed = (page: Page) => page.mocks.actions.closeOverlay.calls.map(([id]) => id);

/** Every command by hand: which surface it has, what it sends and where a refusal is shown. */
const SURFACES: { name: string; act: (page: Page) => void; sends: Record<string, unknown>; refused: (page: Page) => string }[] = [
  { name: 'dry-run', act: (page) => press(page, 'go-live'), sends: { on: false }, refused: (page) => words(overlay(page, 'go-live').find(Alert)) },
  {
    name: 'provider-key',
    act: (page) => press(page, 'key-remove-apollo'),
    sends: { provider: 'apollo', key: '' },
    refused: (page) => words(overlay(page, 'key-remove-apollo').find(Alert)),
  },
  {
    name: 'budget',
    act: (page) => press(page, 'cap-remove-all-month'),
    sends: { provider: '', period: 'month', credits: '' },
    refused: (page) => words(overlay(page, 'cap-remove-all-month').find(Alert)),
  },
  {
    name: 'policy',
    act: (page) => page.find(Select, { name: 'contacts-jobtitle' }).trigger('onChange', 'always' as never),
    sends: { object_type: 'contacts', property: 'jobtitle', policy: 'always' },
    refused: (page) => page.find(Select, { name: 'contacts-jobtitle' }).props.validationMessage ?? '',
  },
  {
    name: 'icp-profile',
    act: (page) => press(page, 'profile-default'),
    sends: { text: '' },
    refused: (page) => words(overlay(page, 'profile-default').find(Alert)),
  },
];

describe.each(SURFACES)('$name', ({ name, act, sends, refused }) => {
  it('is sent once with an id, and shows the page as it is then', async () => {
    const { page, asked } = await open(fixture('settings'), { [command(name)]: [done(fixture('settings_all_well'), 'It is done.')] });
    act(page);
    await vi.waitFor(() => expect(alerts(page)).toEqual([{ type: 'success', message: 'It is done.' }]));
    expect(commands(asked).map((one) => one.body)).toEqual([{ ...sends, request_id: expect.stringMatching(/^[\w-]{16,64}$/) }]);
    await page.waitFor(() => expect(page.find(Alert).props.title).toBe('Everything is on'));
  });

  it('says beside its field why it was refused, and nothing that was done', async () => {
    const { page } = await open(fixture('settings'), { [command(name)]: [refusal('bad_input', 'This cannot be: Sample reason.')] });
    act(page);
    await page.waitFor(() => expect(refused(page)).toContain('This cannot be: Sample reason.'));
    expect(alerts(page)).toEqual([]);
    expect(closed(page)).toEqual([]);
  });
});

describe('going live', () => {
  it('asks first and says what will happen to what is proposed', async () => {
    const { page, asked } = await open(fixture('settings'));
    const question = overlay(page, 'go-live');
    expect(question.find(Modal).props.title).toBe('Let Leadlight write to HubSpot?');
    expect(words(question)).toContain('128 proposed values on 41 records will not be written by this');
    expect(commands(asked)).toEqual([]);
  });

  it('is not offered to an account that is live; dry run is switched on without a question', async () => {
    const { page, asked } = await open(fixture('settings_all_well'), { [command('dry-run')]: [done(fixture('settings'), 'Dry run is on.')] });
    expect(page.maybeFindByTestId(Button, 'go-live')).toBeNull();
    page.findByTestId(LoadingButton, 'go-dry').trigger('onClick');
    await page.waitFor(() => expect(page.findByTestId(StatusTag, 'dry-run-state').text).toBe('On: nothing is written'));
    expect(commands(asked)[0]!.body).toMatchObject({ on: true });
  });
});

describe('a key', () => {
  const typeKey = async (page: Page) => {
    overlay(page, 'key-hunter').find(Input).trigger('onInput', KEY as never);
    await page.waitFor(() => expect(overlay(page, 'key-hunter').find(Input).props.value).toBe(KEY));
  };

  it('is typed unseen, sent once, and is nowhere on the page afterwards', async () => {
    const { page, asked } = await open(fixture('settings'), { [command('provider-key')]: [done(fixture('settings'), 'The key is stored, encrypted.')] });
    expect(overlay(page, 'key-hunter').find(Input).props.type).toBe('password');
    await typeKey(page);
    press(page, 'key-hunter');
    await vi.waitFor(() => expect(closed(page)).toEqual(['key-hunter']));
    await page.waitFor(() => expect(overlay(page, 'key-hunter').find(Input).props.value).toBe(''));
    expect(commands(asked).map((one) => one.body)).toEqual([{ provider: 'hunter', key: KEY, request_id: expect.any(String) }]);
    expect(words(page.getRootNode())).not.toContain(KEY);
    expect(JSON.stringify(alerts(page))).not.toContain(KEY);
  });

  it('that was refused stays in its field only, with the reason beside it', async () => {
    const { page } = await open(fixture('settings'), { [command('provider-key')]: [refusal('bad_key', 'Hunter refuses this key.')] });
    await typeKey(page);
    press(page, 'key-hunter');
    await page.waitFor(() => expect(overlay(page, 'key-hunter').find(Input).props).toMatchObject({ error: true, validationMessage: 'Hunter refuses this key.', value: KEY }));
    expect(words(page.getRootNode()).split(KEY)).toHaveLength(2);
  });

  it('is forgotten when the window is closed', async () => {
    const { page } = await open(fixture('settings'));
    await typeKey(page);
    overlay(page, 'key-hunter').find(Modal).trigger('onClose');
    await page.waitFor(() => expect(overlay(page, 'key-hunter').find(Input).props.value).toBe(''));
  });

  it('can be replaced and removed only where there is one, and none is asked of a free source', async () => {
    const { page } = await open(fixture('settings'));
    expect(page.findByTestId(Button, 'key-apollo').text).toBe('Replace key');
    expect(page.findByTestId(Button, 'key-hunter').text).toBe('Add key');
    expect(page.findByTestId(Button, 'key-remove-apollo').props.variant).toBe('destructive');
    expect(page.maybeFindByTestId(Button, 'key-remove-hunter')).toBeNull();
    expect(page.maybeFindByTestId(Button, 'key-page')).toBeNull();
  });
});

describe('a cap', () => {
  const typeCap = async (page: Page, text: string) => {
    overlay(page, 'cap-apollo-day').find(Input).trigger('onInput', text as never);
    await page.waitFor(() => expect(overlay(page, 'cap-apollo-day').find(Input).props.value).toBe(text));
    press(page, 'cap-apollo-day');
  };

  it('is sent as a number of credits', async () => {
    const { page, asked } = await open(fixture('settings'), { [command('budget')]: [done(fixture('settings'), 'Apollo may now cost 1,200.5 credits a day.')] });
    await typeCap(page, ' 1,200.5 ');
    await vi.waitFor(() => expect(closed(page)).toEqual(['cap-apollo-day']));
    expect(commands(asked)[0]!.body).toMatchObject({ provider: 'apollo', period: 'day', credits: '1200.5' });
  });

  it('that is no number is not sent', async () => {
    const { page, asked } = await open(fixture('settings'));
    await typeCap(page, 'plenty');
    await page.waitFor(() => expect(overlay(page, 'cap-apollo-day').find(Input).props.validationMessage).toBe('Type a number of credits, such as 500 or 12.5.'));
    expect(commands(asked)).toEqual([]);
  });
});

it('a ready set is explained before it is used, and replaces only on a second word', async () => {
  const { page, asked } = await open(fixture('settings'), { [command('policy-preset')]: [done(fixture('settings'), '12 properties of contacts are set.')] });
  expect(page.findByTestId(Button, 'preset-contacts').props.disabled).toBe(true);
  page.find(Select, { name: 'preset-contacts' }).trigger('onChange', 'fill_gaps' as never);
  await page.waitFor(() => expect(page.find(Select, { name: 'preset-contacts' }).props.description).toBe('Empty properties are filled; what stands there stays.'));
  expect(commands(asked)).toEqual([]);
  press(page, 'preset-contacts');
  await vi.waitFor(() => expect(closed(page)).toEqual(['preset-contacts']));
  expect(commands(asked)[0]!.body).toMatchObject({ object_type: 'contacts', preset: 'fill_gaps' });
});

it('who may see cards is chosen and saved, and stays chosen when it is refused', async () => {
  const { page, asked } = await open(fixture('settings'), { [command('access')]: [refusal('not_allowed', 'Only admins of Leadlight change its settings.')] });
  const save = () => page.findByTestId(LoadingButton, 'access-save');
  expect(save().props.disabled).toBe(true);
  page.find(ToggleGroup).trigger('onChange', 'everyone' as never);
  await page.waitFor(() => expect(save().props.disabled).toBe(false));
  page.findAll(Form).find((form) => form.maybeFind(ToggleGroup))!.trigger('onSubmit');
  await page.waitFor(() => expect(page.find(ToggleGroup).props.validationMessage).toBe('Only admins of Leadlight change its settings.'));
  expect(page.find(ToggleGroup).props.value).toBe('everyone');
  expect(commands(asked)[0]!.body).toMatchObject({ rule: 'everyone' });
});

it('somebody who is no admin any more sees the page as viewers do', async () => {
  const { page } = await open(fixture('settings'), {
    [VIEW]: [data(fixture('settings')), data(fixture('settings_viewer'))],
    [command('policy')]: [refusal('not_allowed', 'Only admins of Leadlight change its settings.')],
  });
  page.find(Select, { name: 'contacts-jobtitle' }).trigger('onChange', 'always' as never);
  await page.waitFor(() => page.findByTestId(Text, 'read-only'));
  expect(page.maybeFind(Button)).toBeNull();
});

describe('the profile', () => {
  const edit = async (page: Page, text: string) => {
    page.find(TextArea).trigger('onInput', text as never);
    await page.waitFor(() => expect(page.find(TextArea).props.value).toBe(text));
    page.findAll(Form).find((form) => form.maybeFind(TextArea))!.trigger('onSubmit');
  };

  it('is refused with the place, and keeps what was typed', async () => {
    const place = 'Line 2: employees.from should be a number.';
    const { page, asked } = await open(fixture('settings'), { [command('icp-profile')]: [refusal('bad_profile', place)] });
    await edit(page, 'company:\n  employees: {from: many}\n');
    await page.waitFor(() => expect(page.find(TextArea).props).toMatchObject({ error: true, validationMessage: place }));
    expect(page.find(TextArea).props.value).toBe('company:\n  employees: {from: many}\n');
    expect(commands(asked)[0]!.body).toMatchObject({ text: 'company:\n  employees: {from: many}\n' });
  });

  it('is shown as the backend keeps it once it is saved', async () => {
    const kept = fixture('settings');
    kept.icp_profile.text = 'company: {}\n';
    const { page } = await open(fixture('settings'), { [command('icp-profile')]: [done(kept, 'The profile is kept.')] });
    await edit(page, 'company: { }');
    await page.waitFor(() => expect(page.find(TextArea).props.value).toBe('company: {}\n'));
  });

  it('cannot be emptied by saving, and the default needs no way back to itself', async () => {
    const { page, asked } = await open(fixture('settings_all_well'));
    await edit(page, '  ');
    await page.waitFor(() => expect(page.find(TextArea).props.validationMessage).toContain('A profile needs a text.'));
    expect(commands(asked)).toEqual([]);
    expect(page.maybeFindByTestId(Button, 'profile-default')).toBeNull();
  });
});

describe('a change without an answer', () => {
  const twice = async (first: Answer) => {
    const { page, asked } = await open(fixture('settings'), { [command('policy')]: [first, done(fixture('settings'), 'It is done.')] });
    const choose = () => page.find(Select, { name: 'contacts-jobtitle' }).trigger('onChange', 'always' as never);
    choose();
    await page.waitFor(() => expect(page.find(Select, { name: 'contacts-jobtitle' }).props.error).toBe(true));
    choose();
    await vi.waitFor(() => expect(alerts(page)).toHaveLength(1));
    return commands(asked).map((one) => one.body.request_id);
  };

  it.each([['offline', offline], ['a gateway that failed', status(504)]])('keeps its id when it is tried again: %s', async (_what, first) => {
    const [one, other] = await twice(first);
    expect(other).toBe(one);
  });

  it('gets a new id when the first was refused', async () => {
    const [one, other] = await twice(refusal('bad_input', 'Not like this.'));
    expect(other).not.toBe(one);
  });

  it('is waited for while it is still carried out', async () => {
    const { page, asked } = await open(fixture('settings'), { [command('policy')]: [refusal('still_at_work', 'It is being done.'), done(fixture('settings'), 'It is done.')] });
    page.find(Select, { name: 'contacts-jobtitle' }).trigger('onChange', 'always' as never);
    await vi.waitFor(() => expect(alerts(page)).toHaveLength(1), { timeout: 2_000 });
    expect(new Set(commands(asked).map((one) => one.body.request_id)).size).toBe(1);
  });
});

it('takes no second change while one is on its way', async () => {
  let answer: (response: Response) => void = () => undefined;
  const { page } = await open(fixture('settings'), { [command('policy')]: [() => new Promise((resolve) => (answer = resolve))] });
  page.find(Select, { name: 'contacts-jobtitle' }).trigger('onChange', 'always' as never);
  await page.waitFor(() => expect(page.findByTestId(Button, 'go-live').props.disabled).toBe(true));
  expect(page.find(Select, { name: 'contacts-jobtitle' }).props.readOnly).toBe(true);
  answer(await done(fixture('settings'), 'It is done.')());
  await page.waitFor(() => expect(page.findByTestId(Button, 'go-live').props.disabled).toBe(false));
});
