// The record a card shows: loads it, carries out what its user asks for, and shows it anew when long work is done.
import { useEffect, useMemo, useRef, useState } from 'react';
import { useExtensionActions, useExtensionContext } from '@hubspot/ui-extensions';
import { CardError, RecordApi } from './api';
import type { Session } from './polling';
import type { DraftView, EditedStep, RecordView, RunLine } from './types';
import { useWork, type Work } from './useWork';
import { countsWords } from './words';

type Place = 'crm.record.tab' | 'crm.record.sidebar';

/** Refusals that mean: what the card shows is not how things are any more. */
const OUTDATED = new Set(['version_conflict', 'not_visible', 'dry_run', 'disconnected', 'not_allowed']);

export interface Desk extends Pick<Work, 'progress' | 'run' | 'isSlow'> {
  view: RecordView | null;
  problem: CardError | null;
  /** The command being sent; no other may be given meanwhile. */
  sending: string | null;
  reload: () => void;
  /** Commands answer false when they were refused or not answered, which has been told then. */
  enrich: () => Promise<boolean>;
  undo: (property: string) => Promise<boolean>;
  approve: () => Promise<boolean>;
  edit: (steps: EditedStep[]) => Promise<boolean>;
  reset: () => Promise<boolean>;
  reject: (reason: string) => Promise<boolean>;
  reopen: () => Promise<boolean>;
}

export function useRecord(): Desk {
  const { crm, variables } = useExtensionContext<Place>();
  const actions = useExtensionActions<Place>();
  const publicUrl = variables?.PUBLIC_URL;
  const api = useMemo(() => new RecordApi(publicUrl, crm.objectTypeId, crm.objectId), [publicUrl, crm.objectTypeId, crm.objectId]);
  const session = useRef<Session>({ live: false });
  const work = useWork(api);
  const [view, setView] = useState<RecordView | null>(null);
  const [problem, setProblem] = useState<CardError | null>(null);
  const [sending, setSending] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  const renew = async (mine: Session) => {
    const newest = await api.view();
    if (!mine.live) return;
    setView(newest);
    actions.refreshObjectProperties();
  };
  const change = (mine: Session, part: Partial<RecordView>) => {
    if (mine.live) setView((current) => current && { ...current, ...part });
  };

  useEffect(() => {
    const mine: Session = { live: true };
    session.current = mine;
    api.view().then(
      (loaded) => {
        if (!mine.live) return;
        setView(loaded);
        if (loaded.state.is_busy) work.follow(mine, loaded.state.since ?? new Date().toISOString(), () => renew(mine));
      },
      (error: unknown) => {
        if (mine.live) setProblem(asCardError(error));
      },
    );
    return () => {
      mine.live = false;
    };
    // What is loaded depends on the record and on "try again"; the functions used are new at each render and mean the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, attempt]);

  const command = async (name: string, act: (mine: Session) => Promise<void>): Promise<boolean> => {
    const mine = session.current;
    setSending(name);
    try {
      await act(mine);
      return true;
    } catch (error) {
      const told = asCardError(error);
      actions.addAlert({ type: told.reason === 'version_conflict' ? 'warning' : 'danger', message: told.message });
      if (OUTDATED.has(told.reason)) await renew(mine).catch(() => undefined);
      return false;
    } finally {
      if (mine.live) setSending(null);
    }
  };
  const onDraft = (name: string, send: (version: number) => Promise<{ draft: DraftView; run_id?: string }>, done?: string) =>
    command(name, async (mine) => {
      const { draft, run_id } = await send(view?.draft?.version ?? 0);
      change(mine, { draft });
      actions.refreshObjectProperties();
      if (run_id && done) work.followRun(mine, run_id, (run) => finish(mine, run, done));
    });
  const finish = async (mine: Session, run: RunLine, done: string) => {
    await renew(mine);
    const counts = countsWords(run.counts);
    actions.addAlert({ type: 'success', message: counts ? `${done}: ${counts}.` : `${done}.` });
  };

  return {
    ...work,
    view,
    problem,
    sending,
    reload: () => {
      setProblem(null);
      work.forget();
      setAttempt(attempt + 1);
    },
    enrich: () =>
      command('enrich', async (mine) => {
        const { since, state } = await api.enrich();
        change(mine, { state });
        work.follow(mine, since, () => renew(mine));
      }),
    undo: (property) =>
      command(`undo ${property}`, async (mine) => {
        const { run_id } = await api.undo(property);
        work.followRun(mine, run_id, (run) => finish(mine, run, 'The undo is done'));
      }),
    approve: () => onDraft('approve', api.approve, 'The tasks are made'),
    edit: (steps) => onDraft('edit', (version) => api.edit(version, steps)),
    reset: () => onDraft('reset', api.reset),
    reject: (reason) => onDraft('reject', (version) => api.reject(version, reason)),
    reopen: () => onDraft('reopen', api.reopen),
  };
}

const asCardError = (error: unknown) =>
  error instanceof CardError ? error : new CardError('unexpected', 'Something went wrong in this card. Reload the page and try again.');
