// Long work of one record, followed by short looks: the record's own, and runs that were started on the card.
import { useState } from 'react';
import type { RecordApi } from './api';
import { pollUntil, type Session } from './polling';
import type { Progress, RunLine } from './types';

export interface Work {
  /** How far the record's own work is; null when nobody waits for it. */
  progress: Progress | null;
  /** The run that was started here and is under way: an undo, or the making of tasks. */
  run: RunLine | null;
  /** Looked for some minutes without an end. */
  isSlow: boolean;
  follow: (session: Session, since: string, done: () => Promise<void>) => void;
  followRun: (session: Session, runId: string, done: (run: RunLine) => Promise<void>) => void;
  forget: () => void;
}

export function useWork(api: RecordApi): Work {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [run, setRun] = useState<RunLine | null>(null);
  const [isSlow, setSlow] = useState(false);

  const untilDone = async (session: Session, look: () => Promise<boolean>, done: () => Promise<void>) => {
    setSlow(false);
    const ended = await pollUntil(session, look);
    if (ended === 'gone') return;
    try {
      if (ended === 'done') await done();
      else setSlow(true);
    } catch {
      setSlow(true);
    }
    if (session.live) {
      setProgress(null);
      setRun(null);
    }
  };

  return {
    progress,
    run,
    isSlow,
    follow: (session, since, done) => {
      const look = async () => {
        const looked = await api.progress(since);
        if (session.live) setProgress(looked);
        return looked.done;
      };
      void untilDone(session, look, done);
    },
    followRun: (session, runId, done) => {
      let last: RunLine | null = null;
      const look = async () => {
        last = await api.run(runId);
        if (session.live) setRun(last);
        return last.finished_at !== null;
      };
      void untilDone(session, look, async () => {
        if (last) await done(last);
      });
    },
    forget: () => {
      setProgress(null);
      setRun(null);
      setSlow(false);
    },
  };
}
