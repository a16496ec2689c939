// What the home shows: loaded once for all its pages, and looked at again while runs are under way. Looks grow rarer and end.
import { createContext, useContext, useEffect, useState } from 'react';
import { useExtensionContext } from '@hubspot/ui-extensions';
import { asBackendError, type BackendError, fetchHome } from './api';
import type { HomeView } from './types';

const FIRST_MS = 3_000;
const LONGEST_MS = 15_000;
const GROWTH = 1.3;
export const MOST_LOOKS = 60;
const FAILURES_BORNE = 3;

export interface Home {
  view: HomeView | null;
  problem: BackendError | null;
  /** Runs were under way when looking ended, so the page may be older than what it tells of. */
  hasStoppedLooking: boolean;
  reload: () => void;
}

export const HomeContext = createContext<Home | null>(null);

/** The home that the pages share. */
export function useSharedHome(): Home {
  const home = useContext(HomeContext);
  if (!home) throw new Error('A page of the home stands outside of it');
  return home;
}

const isUnderWay = (view: HomeView) => view.runs.some((run) => run.finished_at === null);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function useHome(): Home {
  const { variables } = useExtensionContext<'pages'>();
  const publicUrl = variables?.PUBLIC_URL;
  const [view, setView] = useState<HomeView | null>(null);
  const [problem, setProblem] = useState<BackendError | null>(null);
  const [hasStoppedLooking, setHasStoppedLooking] = useState(false);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    const page = { isOpen: true };
    const show = (loaded: HomeView) => {
      if (page.isOpen) setView(loaded);
    };
    fetchHome(publicUrl)
      .then(async (loaded) => {
        show(loaded);
        const isOver = await follow(loaded, publicUrl, page, show);
        if (page.isOpen && !isOver) setHasStoppedLooking(true);
      })
      .catch((error: unknown) => {
        if (page.isOpen) setProblem(asBackendError(error));
      });
    return () => {
      page.isOpen = false;
    };
  }, [publicUrl, attempt]);

  const reload = () => {
    setProblem(null);
    setHasStoppedLooking(false);
    setAttempt(attempt + 1);
  };
  return { view, problem, hasStoppedLooking, reload };
}

/** Looks until no run is under way. False when it gave up before. Failures in between are borne, since the page shows something already. */
async function follow(first: HomeView, publicUrl: unknown, page: { isOpen: boolean }, show: (view: HomeView) => void): Promise<boolean> {
  let newest = first;
  let pause = FIRST_MS;
  let failures = 0;
  for (let looks = 0; isUnderWay(newest); looks += 1) {
    if (looks === MOST_LOOKS || failures > FAILURES_BORNE) return false;
    await wait(pause);
    if (!page.isOpen) return true;
    try {
      newest = await fetchHome(publicUrl);
      failures = 0;
      show(newest);
    } catch {
      failures += 1;
    }
    pause = Math.min(pause * GROWTH, LONGEST_MS);
  }
  return true;
}
