// Everything a rep can do on the tab: what is sent, what is shown after it, and what happens when it does not work.
import { Alert, Button, Form, Input, LoadingSpinner, Modal, ProgressBar, ScoreCircle, StatusTag, Tab, TextArea } from '@hubspot/ui-extensions';
import { describe, expect, it, vi } from 'vitest';
import type { RecordView } from '../../hubspot_project/src/app/cards/lib/types';
import { Backend, busy, data, eventually, fixture, offline, progress, refusal, run, show, status, withDraft, words } from './stage';

const RUN = '/runs/run-sample-9';

async function onStage(view: RecordView, backend = new Backend()) {
  const shown = show(view, 'crm.record.tab', backend);
  await shown.card.waitFor(() => expect(shown.card.maybeFind(LoadingSpinner, { label: 'Loading what Leadlight knows' })).toBeNull());
  const { card } = shown;
  return {
    ...shown,
    button: (testId: string) => card.findByTestId(Button, testId),
    press: (testId: string) => card.findByTestId(Button, testId).trigger('onClick'),
    alerts: () => card.mocks.actions.addAlert.calls.map(([alert]) => [alert.type, alert.message]),
    refreshed: () => card.mocks.actions.refreshObjectProperties.callCount,
  };
}
const draftOf = (view: RecordView) => view.draft!;
const REQUEST_ID = expect.stringMatching(/^[A-Za-z0-9_-]{8,64}$/);

describe('enriching', () => {
  it('sends the wish, follows the work and shows the new result', async () => {
    const stage = await onStage(fixture('new'));
    stage.backend
      .on('/enrich', data({ since: '2026-12-01T09:00:00+00:00', state: busy('queued') }))
      .on('/progress', data(progress(busy('queued'), false, { position: 3 })), data(progress(fixture('ready').state, true)))
      .on(stage.ending, data(fixture('ready')));
    stage.press('enrich');
    await stage.card.waitFor(() => expect(stage.card.find(LoadingSpinner).props.label).toBe('Waiting for its turn'));
    await eventually(() => expect(words(stage.card.getRootNode())).toContain('3 records before this one, for 4 s'));
    await eventually(() => stage.card.find(ScoreCircle));
    expect(stage.backend.commands()).toEqual([{ method: 'POST', path: '/cards/record/0-1/501/enrich', body: { request_id: REQUEST_ID } }]);
    expect(stage.backend.asked.find((one) => one.path.includes('/progress'))?.path).toBe(
      '/cards/record/0-1/501/progress?since=2026-12-01T09%3A00%3A00%2B00%3A00',
    );
    expect(stage.card.maybeFind(LoadingSpinner)).toBeNull();
    expect(stage.refreshed()).toBe(1);
  });

  it('follows work that was under way before the card was opened', async () => {
    const backend = new Backend().on('/progress', data(progress(fixture('ready').state, true)));
    const stage = await onStage(fixture('running'), backend);
    backend.on(stage.ending, data(fixture('ready')));
    await eventually(() => expect(stage.card.maybeFind(LoadingSpinner)).toBeNull());
    expect(stage.button('enrich').props.disabled).toBe(false);
  });

  it('bears a look that gets no answer', async () => {
    const backend = new Backend().on('/progress', offline, status(500), data(progress(fixture('ready').state, true)));
    const stage = await onStage(fixture('running'), backend);
    backend.on(stage.ending, data(fixture('ready')));
    await eventually(() => expect(stage.card.maybeFind(LoadingSpinner)).toBeNull());
    expect(stage.card.maybeFind(Alert)).toBeNull();
  });

  it('stops looking after a while, says so, and looks again when asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const backend = new Backend().on('/progress', data(progress(busy('running'), false)));
      const stage = await onStage(fixture('running'), backend);
      await vi.advanceTimersByTimeAsync(20 * 60_000);
      expect(stage.card.find(Alert).props.title).toBe('This takes longer than usual');
      const looks = backend.asked.length;
      expect(looks).toBeLessThan(100);
      backend.on(stage.ending, data(fixture('ready')));
      stage.press('check-now');
      await vi.advanceTimersByTimeAsync(100);
      expect(stage.card.maybeFind(Alert)).toBeNull();
      expect(backend.asked.length).toBe(looks + 1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says in words why it was refused', async () => {
    const stage = await onStage(fixture('new'));
    stage.backend.on('/enrich', refusal('over_budget', 'The budget of this month is used up.'));
    stage.press('enrich');
    await eventually(() => expect(stage.alerts()).toEqual([['danger', 'The budget of this month is used up.']]));
    await eventually(() => expect(stage.button('enrich').props.disabled).toBe(false));
  });
});

describe('one wish, one request id', () => {
  it('keeps the id when a wish that got no answer is repeated, and makes a new one for the next', async () => {
    const stage = await onStage(fixture('new'));
    const accepted = data({ since: '2026-12-01T09:00:00+00:00', state: { ...busy('queued'), is_busy: false } });
    stage.backend.on('/progress', data(progress(fixture('new').state, true))).on('/enrich', offline, accepted, accepted);
    for (const times of [1, 2, 3]) {
      await eventually(() => expect(stage.button('enrich').props.disabled).toBe(false));
      stage.press('enrich');
      await eventually(() => expect(stage.backend.commands()).toHaveLength(times));
    }
    const [first, second, third] = stage.backend.commands().map((one) => one.body?.request_id);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(stage.alerts()).toEqual([['danger', 'Leadlight could not be reached. Nothing is lost; try again in a minute.']]);
  });

  it('waits with the same id while the first request is still carried out', async () => {
    const stage = await onStage(fixture('ready'));
    stage.backend.on('/draft/approve', refusal('still_at_work', 'Still at work.'), refusal('version_conflict', 'Somebody was faster.'));
    stage.press('approve');
    await eventually(() => expect(stage.alerts()).toHaveLength(1));
    const [first, second] = stage.backend.commands();
    expect(second).toEqual(first);
  });

  it('sends nothing twice while a command is under way', async () => {
    const stage = await onStage(fixture('ready'));
    stage.backend.on('/draft/approve', () => new Promise<Response>(() => undefined));
    stage.press('approve');
    await stage.card.waitFor(() => expect(stage.button('approve').props.disabled).toBe(true));
    expect(['edit', 'reject', 'enrich', 'undo-industry'].map((id) => stage.button(id).props.disabled)).toEqual([true, true, true, true]);
  });
});

describe('a draft', () => {
  it('is approved as it was seen, becomes tasks, and the record is read again', async () => {
    const approved = fixture('draft_approved');
    const stage = await onStage(fixture('ready'));
    stage.backend
      .on('/draft/approve', data({ draft: withDraft(approved, { tasks: [] }).draft, run_id: 'run-sample-9' }))
      .on(RUN, data({ run: run({ words: 'Making tasks', done: 1, total: 3 }) }), data({ run: run({ finished_at: '2026-12-01T09:00:09+00:00', done: 3, total: 3, counts: { made: 2, refused: 1, gone: 0 } }) }))
      .on(stage.ending, data(approved));
    stage.press('approve');
    await stage.card.waitFor(() => expect(stage.card.findByTestId(StatusTag, 'draft-state').text).toBe('Approved'));
    await eventually(() => expect(stage.card.find(ProgressBar).props).toMatchObject({ title: 'Making tasks', value: 1, maxValue: 3 }));
    await eventually(() => expect(stage.alerts()).toEqual([['success', 'The tasks are made: 2 made, 1 refused.']]));
    expect(words(stage.card.find(Tab, { title: 'Draft' }))).toContain('The owner is no longer active.');
    expect(stage.backend.commands()).toEqual([{ method: 'POST', path: '/cards/record/0-1/501/draft/approve', body: { version: 3, request_id: REQUEST_ID } }]);
    expect(stage.refreshed()).toBe(2);
  });

  it('is edited in a form with labels, and only the texts are sent', async () => {
    const stage = await onStage(fixture('ready'));
    const edited = withDraft(fixture('draft_edited'), { newer_facts: false });
    stage.backend.on('/draft/edit', data({ draft: edited.draft }));
    stage.press('edit');
    await stage.card.waitFor(() => stage.card.find(Form));
    expect(stage.card.findAll(TextArea).map((one) => one.props.label)).toEqual(['Text of step 1', 'Text of step 2', 'Text of step 3']);
    expect(stage.card.findAll(Input).map((one) => one.props.label)).toEqual(['Subject of step 1', 'Subject of step 3']);
    stage.card.find(Input).trigger('onInput', 'Shorter' as never);
    stage.card.find(TextArea).trigger('onInput', 'Hello.' as never);
    await stage.card.waitFor(() => expect(stage.card.find(TextArea).props.value).toBe('Hello.'));
    stage.card.find(Form).trigger('onSubmit');
    await stage.card.waitFor(() => expect(stage.card.maybeFind(Form)).toBeNull());
    const [, second, third] = draftOf(fixture('ready')).steps;
    expect(stage.backend.commands()[0]?.body).toEqual({
      request_id: REQUEST_ID,
      version: 3,
      steps: [
        { position: 1, subject: 'Shorter', body: 'Hello.' },
        { position: 2, subject: second?.subject, body: second?.body },
        { position: 3, subject: third?.subject, body: third?.body },
      ],
    });
    expect(words(stage.card.getRootNode())).toContain('Edited by rep@sample.example');
  });

  it('cannot be saved with an empty step', async () => {
    const stage = await onStage(fixture('ready'));
    stage.press('edit');
    await stage.card.waitFor(() => stage.card.find(Form));
    stage.card.find(TextArea).trigger('onInput', '  ' as never);
    await stage.card.waitFor(() => expect(stage.button('save').props.disabled).toBe(true));
    expect(stage.card.find(TextArea).props.validationMessage).toBe('A step needs a text.');
    stage.card.find(Form).trigger('onSubmit');
    expect(stage.backend.commands()).toEqual([]);
  });

  it('changed by somebody else meanwhile: says so, keeps what was typed, and saves on top of the newest', async () => {
    const stage = await onStage(fixture('ready'));
    const theirs = withDraft(fixture('ready'), { version: 7, is_edited: true, edited_by: 'other@sample.example' });
    const saved = withDraft(theirs, { version: 8 });
    stage.backend
      .on('/draft/edit', refusal('version_conflict', 'Somebody else changed this draft.'), data({ draft: saved.draft }))
      .on(stage.ending, data(theirs));
    stage.press('edit');
    await stage.card.waitFor(() => stage.card.find(Form));
    stage.card.find(TextArea).trigger('onInput', 'Mine.' as never);
    await stage.card.waitFor(() => expect(stage.card.find(TextArea).props.value).toBe('Mine.'));
    stage.card.find(Form).trigger('onSubmit');
    await eventually(() => expect(stage.alerts()).toEqual([['warning', 'Somebody else changed this draft.']]));
    await eventually(() => expect(stage.card.find(Alert).props.title).toBe('Somebody changed this draft meanwhile'));
    expect(stage.card.find(TextArea).props.value).toBe('Mine.');
    await eventually(() => expect(stage.button('save').props.disabled).toBe(false));
    stage.card.find(Form).trigger('onSubmit');
    await stage.card.waitFor(() => expect(stage.card.maybeFind(Form)).toBeNull());
    expect(stage.backend.commands().map((one) => one.body?.version)).toEqual([3, 7]);
  });

  it('keeps the form open when saving gets no answer', async () => {
    const stage = await onStage(fixture('ready'));
    stage.backend.on('/draft/edit', offline);
    stage.press('edit');
    await stage.card.waitFor(() => stage.card.find(Form));
    stage.card.find(TextArea).trigger('onInput', 'Mine.' as never);
    await stage.card.waitFor(() => expect(stage.card.find(TextArea).props.value).toBe('Mine.'));
    stage.card.find(Form).trigger('onSubmit');
    await eventually(() => expect(stage.alerts()).toHaveLength(1));
    expect(stage.card.find(TextArea).props.value).toBe('Mine.');
  });

  it('is rejected with a reason, after a question', async () => {
    const stage = await onStage(fixture('ready'));
    const rejected = fixture('draft_rejected');
    stage.backend.on('/draft/reject', data({ draft: rejected.draft }));
    const overlay = () => stage.button('reject').props.overlay!;
    expect(overlay().find(Modal).props.title).toBe('Reject this draft?');
    overlay().find(TextArea).trigger('onInput', 'We met last week already. ' as never);
    await eventually(() => expect(overlay().find(TextArea).props.value).toBe('We met last week already. '));
    overlay().find(Button, { testId: 'reject-confirm' } as never).trigger('onClick');
    await stage.card.waitFor(() => expect(stage.card.findByTestId(StatusTag, 'draft-state').text).toBe('Rejected'));
    expect(stage.backend.commands()[0]?.body).toEqual({ version: 3, reason: 'We met last week already.', request_id: REQUEST_ID });
    await eventually(() => expect(stage.card.mocks.actions.closeOverlay.calls).toEqual([['leadlight-reject']]));
  });

  it.each([
    ['reset', 'draft_edited', '/draft/reset', 4],
    ['discard', 'draft_edited', '/draft/reset', 4],
    ['reopen', 'draft_rejected', '/draft/reopen', 5],
    ['reopen', 'draft_approved', '/draft/reopen', 5],
  ])('%s: a draft as in %s is our own newest again', async (testId, name, path, version) => {
    const stage = await onStage(fixture(name as string));
    stage.backend.on(path as string, data({ draft: withDraft(fixture('ready'), { version: 9 }).draft }));
    stage.press(testId as string);
    await eventually(() => expect(stage.refreshed()).toBe(1));
    expect(stage.card.findByTestId(StatusTag, 'draft-state').text).toBe('Waits for your approval');
    expect(stage.backend.commands()[0]?.body).toEqual({ version, request_id: REQUEST_ID });
    expect(words(stage.card.getRootNode())).not.toMatch(/There is a newer version|Edited by/);
  });

  it('shows the account as it is when approving is refused by a dry run', async () => {
    const stage = await onStage(fixture('ready'));
    stage.backend.on('/draft/approve', refusal('dry_run', 'Dry run: no tasks are made.')).on(stage.ending, data(fixture('dry_run')));
    stage.press('approve');
    await eventually(() => expect(stage.alerts()).toEqual([['danger', 'Dry run: no tasks are made.']]));
    await eventually(() => expect(stage.card.find(Alert).props.title).toBe('Dry run'));
    expect(stage.button('approve').props.disabled).toBe(true);
  });
});

describe('undoing a value', () => {
  it('asks first, follows the run, and shows the record without the value', async () => {
    const stage = await onStage(fixture('ready'));
    const undone = fixture('ready');
    undone.provenance.fields.shift();
    stage.backend
      .on('/undo', data({ run_id: 'run-sample-9', since: '2026-12-01T09:00:00+00:00' }))
      .on(RUN, data({ run: run() }), data({ run: run({ finished_at: '2026-12-01T09:00:09+00:00', done: 1, counts: { restored: 1 } }) }))
      .on(stage.ending, data(undone));
    const overlay = stage.button('undo-industry').props.overlay!;
    expect(words(overlay)).toContain('Undo Industry?');
    expect(stage.backend.commands()).toEqual([]);
    overlay.find(Button, { testId: 'undo-industry-confirm' } as never).trigger('onClick');
    await eventually(() => expect(stage.card.find(ProgressBar).props).toMatchObject({ title: 'Undoing one field', valueDescription: '0 of 1' }));
    await eventually(() => expect(stage.alerts()).toEqual([['success', 'The undo is done: 1 restored.']]));
    expect(stage.card.maybeFindByTestId(Button, 'undo-industry')).toBeNull();
    await eventually(() => expect(stage.card.maybeFind(ProgressBar)).toBeNull());
    expect(stage.backend.commands()[0]?.body).toEqual({ property: 'industry', request_id: REQUEST_ID });
    expect(stage.card.mocks.actions.closeOverlay.calls).toEqual([['leadlight-undo-industry']]);
    expect(stage.refreshed()).toBe(1);
  });

  it('is offered only where there is a way back', async () => {
    const stage = await onStage(fixture('ready'));
    expect(stage.card.maybeFindByTestId(Button, 'undo-industry')).not.toBeNull();
    expect(stage.card.maybeFindByTestId(Button, 'undo-leadlight_priority')).toBeNull();
  });
});
