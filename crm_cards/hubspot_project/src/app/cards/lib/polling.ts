// Short looks at long work: often at first, then seldom, and not for ever.
import { wait } from './api';

const FIRST_MS = 800;
const LONGEST_MS = 8_000;
const GROWTH = 1.4;
const MOST_LOOKS = 90;
const FAILURES_BORNE = 3;

/** What a look is made for. It ends when the card goes away or shows another record. */
export interface Session {
  live: boolean;
}

/** Looks until `look` says true. The answer: "done", "gone" when the session ended, "given_up" after some ten minutes or repeated failures. */
export async function pollUntil(session: Session, look: () => Promise<boolean>): Promise<'done' | 'gone' | 'given_up'> {
  let pause = FIRST_MS;
  let failures = 0;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await wait(pause);
    if (!session.live) return 'gone';
    try {
      if (await look()) return session.live ? 'done' : 'gone';
      failures = 0;
    } catch {
      failures += 1;
      if (failures > FAILURES_BORNE) return 'given_up';
    }
    pause = Math.min(pause * GROWTH, LONGEST_MS);
  }
  return 'given_up';
}
