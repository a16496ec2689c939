// Values as people read them. Pure.
import type { Budget, Level, SettingsView } from './types';

export const count = (many: number, one: string, several = `${one}s`) => `${many.toLocaleString('en-US')} ${many === 1 ? one : several}`;
export const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
export const isWebAddress = (url: string) => /^https?:\/\//i.test(url);

export const LEVELS: Record<Level, { words: string; tag: 'success' | 'warning' | 'danger' }> = {
  good: { words: 'Fine', tag: 'success' },
  warning: { words: 'Look at this', tag: 'warning' },
  bad: { words: 'Broken', tag: 'danger' },
};

export interface Problem {
  name: string;
  level: Level;
  message: string;
  whatToDo: string | null;
}

/** Everything that is not as it should be, the worst first. A feature that is off counts, since somebody may wait for it. */
export function problemsOf(view: SettingsView): Problem[] {
  const checks = view.checks.filter((check) => check.level !== 'good').map(({ what_to_do, ...check }) => ({ ...check, whatToDo: what_to_do }));
  const features = view.features
    .filter((feature) => !feature.on)
    .map((feature): Problem => ({ name: feature.name, level: 'warning', message: feature.why_off ?? 'It is switched off.', whatToDo: feature.what_to_do }));
  return [...checks, ...features].sort((one, other) => Number(other.level === 'bad') - Number(one.level === 'bad'));
}

const GROUPED = /^\d{1,3}(,\d{3})+(\.\d+)?$/;

/** Credits as digits only: the backend groups thousands, as in "1,000", and people do. A comma anywhere else stays, to be refused. */
export const ungrouped = (text: string) => (GROUPED.test(text.trim()) ? text.trim().replaceAll(',', '') : text.trim());
const credits = (text: string) => Number(ungrouped(text));

/** What is used of a budget as a share of its cap: null without a cap, 1 and more when it is used up. */
export function usedRatio({ cap_credits, spent, reserved }: Pick<Budget, 'cap_credits' | 'spent' | 'reserved'>): number | null {
  if (cap_credits === null) return null;
  const cap = credits(cap_credits);
  const used = credits(spent) + credits(reserved);
  if (Number.isNaN(cap) || Number.isNaN(used)) return null;
  return cap === 0 ? 1 : used / cap;
}

export function usedWords({ cap_credits, spent, reserved }: Pick<Budget, 'cap_credits' | 'spent' | 'reserved'>): string {
  const used = cap_credits === null ? `${spent} credits` : `${spent} of ${cap_credits} credits`;
  return credits(reserved) > 0 ? `${used}, ${reserved} more asked for` : used;
}

export const barColour = (ratio: number) => (ratio >= 1 ? 'danger' : ratio >= 0.8 ? 'warning' : 'success');

/** Why a cap cannot be what was typed; null when it can. */
export function whyNoCap(typed: string): string | null {
  const text = ungrouped(typed);
  if (text === '') return 'Type how many credits may be used, or remove the cap.';
  return /^\d+(\.\d+)?$/.test(text) ? null : 'Type a number of credits, such as 500 or 12.5.';
}

export const PERIODS = { day: 'a day', month: 'a month' } as const;
export const labelOf = (choices: { value: string; label: string }[], value: string | null) =>
  choices.find((choice) => choice.value === value)?.label ?? null;
