// What the backend answers about settings. Moments are ISO 8601, credits are decimal numbers as text, null means not known or none.
export type Level = 'good' | 'warning' | 'bad';
export type AccessRule = 'team' | 'owner' | 'everyone';
export type Period = 'day' | 'month';

export interface Check {
  name: string;
  level: Level;
  message: string;
  what_to_do: string | null;
}

export interface Feature {
  name: string;
  on: boolean;
  why_off: string | null;
  what_to_do: string | null;
}

export interface Provider {
  name: string;
  title: string;
  needs_key: boolean;
  has_key: boolean;
  is_on: boolean;
  price: string;
  note: string;
}

/** `provider` is empty for the budget of all of them together. */
export interface Budget {
  provider: string;
  title: string;
  period: Period;
  cap_credits: string | null;
  spent: string;
  reserved: string;
}

export interface PolicyLine {
  property: string;
  label: string;
  policy: string;
  policy_words: string;
  problem: string | null;
}

export interface PolicySheet {
  object_type: string;
  preset: string | null;
  lines: PolicyLine[];
  url: string;
}

export interface Choice {
  value: string;
  label: string;
}

export interface SettingsView {
  viewer: { role: 'admin' | 'operator' | 'viewer' | null; may_change: boolean };
  checks: Check[];
  features: Feature[];
  dry_run: { on: boolean; proposed_fields: number; proposed_records: number; url: string };
  providers: Provider[];
  budgets: Budget[];
  policies: PolicySheet[];
  choices: { policies: Choice[]; presets: (Choice & { explains: string })[]; access: Choice[] };
  access: { rule: AccessRule; words: string; owners_known: number };
  icp_profile: { text: string; is_default: boolean };
  console_url: string;
}

/** What every command answers: the page as it is afterwards, and what was done, in words. */
export interface Changed {
  settings: SettingsView;
  message: string;
}

/** The commands and what each is told. */
export interface Commands {
  'dry-run': { on: boolean };
  'provider-key': { provider: string; key: string };
  budget: { provider: string; period: Period; credits: string };
  policy: { object_type: string; property: string; policy: string };
  'policy-preset': { object_type: string; preset: string };
  access: { rule: AccessRule };
  'icp-profile': { text: string };
}
