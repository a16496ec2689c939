// What the backend answers about the account as a whole. Moments are ISO 8601, money is USD as text, ratios go from 0 to 1, null means not known.
export type Level = 'good' | 'warning' | 'bad';
export type Tone = 'good' | 'middling' | 'bad' | 'neutral';

export interface HotRecord {
  object_type: string;
  object_id: string;
  title: string;
  headline: string;
  value: number;
  label_words: string;
  tone: Tone;
  url: string;
}

export interface Approval {
  object_id: string;
  title: string;
  summary: string;
  value: number | null;
  url: string;
}

export interface RunLine {
  run_id: string;
  kind: string;
  words: string;
  started_at: string;
  finished_at: string | null;
  done: number;
  total: number;
  requested_by: string;
  counts: Record<string, number>;
  url: string;
}

export interface ProviderSpend {
  provider: string;
  title: string;
  month_usd: string;
  month_credits: string;
  cap_credits: string | null;
  used_ratio: number | null;
}

export interface Spend {
  today_usd: string;
  month_usd: string;
  by_provider: ProviderSpend[];
  by_day: { day: string; cost_usd: number }[];
}

export interface HealthLine {
  level: Level;
  text: string;
  what_to_do: string | null;
}

export interface HomeView {
  hottest: HotRecord[];
  approvals: Approval[];
  approvals_total: number;
  runs: RunLine[];
  spend: Spend;
  health: { level: Level; lines: HealthLine[] };
  dry_run: boolean;
  waiting: number;
  console_url: string;
  viewer: { may_act: boolean; is_admin: boolean };
}
