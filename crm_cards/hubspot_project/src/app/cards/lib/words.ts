// Values as people read them. Pure.
import type { DraftView, FactProvenance, Movement, ScoreView, Step, TaskView, Tone } from './types';

export const NOT_KNOWN = 'not known';

/** A moment as a day in the account's time zone: "3 Nov 2026". */
export function day(moment: string | null, zone: string): string {
  const at = moment === null ? Number.NaN : Date.parse(moment);
  if (Number.isNaN(at)) return NOT_KNOWN;
  const how: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
  try {
    return new Intl.DateTimeFormat('en-GB', { ...how, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...how, timeZone: 'UTC' }).format(at);
  }
}

export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return whole < 3_600 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 3_600)} h`;
}

export const count = (many: number, one: string, several = `${one}s`) => `${many} ${many === 1 ? one : several}`;
export const points = (value: number) => (value > 0 ? `+${tidy(value)}` : value < 0 ? `−${tidy(-value)}` : '0');
export const percent = (ratio: number | null) => (ratio === null ? NOT_KNOWN : `${Math.round(ratio * 100)}%`);
export const tidy = (value: number) => String(Math.round(value * 10) / 10);

export function cost(usd: string | null): string {
  if (usd === null) return NOT_KNOWN;
  const amount = Number(usd);
  if (Number.isNaN(amount)) return usd;
  return amount === 0 ? 'free' : `$${amount < 0.01 ? usd : amount.toFixed(2)}`;
}

/** The values of one field together, the one we go by first. */
export const byField = (facts: FactProvenance[]) =>
  [...facts].sort((one, other) => one.label.localeCompare(other.label) || Number(other.chosen) - Number(one.chosen));

/** The fields on which a source says something else than what we go by: "employee count". */
export const disputedLabels = (facts: FactProvenance[]) =>
  [...new Set(facts.filter((fact) => fact.differs).map((fact) => fact.label.toLowerCase()))].sort();

/** "82 of 100", or that there is none. */
export function valueWords(score: Pick<ScoreView, 'value' | 'unit'>): string {
  if (score.value === null) return 'no value yet';
  return score.unit === 'points' ? `${tidy(score.value)} of 100` : `${tidy(score.value)} ${score.unit}`;
}

/** "Up 12 since 3 Nov 2026; was Warm", or the change of heat where no numbers can be compared. */
export function movedWords(moved: Movement, zone: string): string {
  const since = `since ${day(moved.at, zone)}`;
  if (moved.change === null || moved.change === 0) return `Was ${moved.from_label_words} ${since}`;
  return `${moved.change > 0 ? 'Up' : 'Down'} ${tidy(Math.abs(moved.change))} ${since}; was ${moved.from_label_words}`;
}

export const TAG_OF_TONE: Record<Tone, 'success' | 'warning' | 'danger' | 'default'> = {
  good: 'success',
  middling: 'warning',
  bad: 'danger',
  neutral: 'default',
};

export const CHANNELS: Record<Step['channel'], string> = { email: 'E-mail', linkedin: 'LinkedIn' };

export const stepTitle = (step: Step) =>
  `Day ${step.day_offset} · ${CHANNELS[step.channel]}${step.subject ? ` · ${step.subject}` : ''}`;

export const DRAFT_STATES: Record<DraftView['state'], { words: string; tag: 'info' | 'success' | 'default' | 'warning' }> = {
  drafted: { words: 'Waits for your approval', tag: 'info' },
  approved: { words: 'Approved', tag: 'success' },
  rejected: { words: 'Rejected', tag: 'default' },
  refused: { words: 'Not drafted', tag: 'warning' },
};

export const TASK_STATES: Record<TaskView['state'], { words: string; tag: 'info' | 'success' | 'danger' | 'default' }> = {
  wanted: { words: 'To be made', tag: 'info' },
  asked: { words: 'Being made', tag: 'info' },
  made: { words: 'In HubSpot', tag: 'success' },
  refused: { words: 'Refused', tag: 'danger' },
  gone: { words: 'Deleted', tag: 'default' },
};

/** What the counts of a run say: "1 restored, 2 changed since". */
export const countsWords = (counts: Record<string, number>) =>
  Object.entries(counts)
    .filter(([, many]) => many > 0)
    .map(([name, many]) => `${many} ${name.replaceAll('_', ' ')}`)
    .join(', ');

export const paragraphs = (text: string) => text.split(/\n+/).filter((line) => line.trim() !== '');
export const isWebAddress = (url: string | null): url is string => url !== null && /^https?:\/\//i.test(url);
