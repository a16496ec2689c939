// Values as people read them. Pure.
import type { Level, RunLine, Spend, Tone } from './types';

export const count = (many: number, one: string, several = `${one}s`) => `${many.toLocaleString('en-US')} ${many === 1 ? one : several}`;
export const isWebAddress = (url: string) => /^https?:\/\//i.test(url);
export const tidy = (value: number) => String(Math.round(value * 10) / 10);

/** "$1.20"; small amounts keep their digits, since a thousand of them are money too. */
export function money(usd: string | number): string {
  const amount = Number(usd);
  if (Number.isNaN(amount)) return String(usd);
  if (amount === 0) return '$0';
  return amount < 0.01 ? `$${amount.toPrecision(1)}` : `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** A moment in the account's time zone: "3 Nov, 14:05". */
export function moment(at: string | null, zone: string): string {
  const ms = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(ms)) return 'not known';
  const how: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  try {
    return new Intl.DateTimeFormat('en-GB', { ...how, timeZone: zone }).format(ms);
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...how, timeZone: 'UTC' }).format(ms);
  }
}

/** A day of the calendar, which has no time zone: "3 Nov". */
export function day(date: string): string {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) return date;
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(ms);
}

export const TAG_OF_TONE: Record<Tone, 'success' | 'warning' | 'danger' | 'default'> = {
  good: 'success',
  middling: 'warning',
  bad: 'danger',
  neutral: 'default',
};

export const LEVELS: Record<Level, { words: string; tag: 'success' | 'warning' | 'danger' }> = {
  good: { words: 'Fine', tag: 'success' },
  warning: { words: 'Look at this', tag: 'warning' },
  bad: { words: 'Broken', tag: 'danger' },
};

/** "12 of 40", or that the number of records is not known yet. */
export const doneWords = ({ done, total }: Pick<RunLine, 'done' | 'total'>) => (total > 0 ? `${done} of ${total}` : `${done} done`);

/** What came of a run: "1 restored, 2 changed since". */
export const countsWords = (counts: Record<string, number>) =>
  Object.entries(counts)
    .filter(([, many]) => many > 0)
    .map(([name, many]) => `${many.toLocaleString('en-US')} ${name.replaceAll('_', ' ')}`)
    .join(', ');

/** The days of a chart in one sentence, for those who cannot see it; null when nothing was spent. */
export function spendWords(days: Spend['by_day']): string | null {
  const dearest = days.reduce<Spend['by_day'][number] | null>((most, one) => (one.cost_usd > (most?.cost_usd ?? 0) ? one : most), null);
  if (!dearest) return null;
  const total = days.reduce((sum, one) => sum + one.cost_usd, 0);
  return `${money(total)} in ${count(days.length, 'day')}; most on ${day(dearest.day)}: ${money(dearest.cost_usd)}.`;
}

export const barColour = (ratio: number) => (ratio >= 1 ? 'danger' : ratio >= 0.8 ? 'warning' : 'success');
