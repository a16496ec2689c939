// What the backend answers. Moments are ISO 8601 with offset, money is USD as text, ratios lie between 0 and 1, null means not known.

export type Tone = 'good' | 'middling' | 'bad' | 'neutral';
export type ObjectType = 'contacts' | 'companies' | 'deals';
export type StateKind =
  | 'ready'
  | 'new'
  | 'queued'
  | 'running'
  | 'waiting_for_provider'
  | 'over_budget'
  | 'failed'
  | 'dry_run'
  | 'disconnected'
  | 'erased'
  | 'not_enough_evidence';

export interface RecordView {
  object_type: ObjectType;
  object_id: string;
  headline: string | null;
  state: State;
  priority: ScoreView | null;
  scores: ScoreView[];
  brief: { built_at: string; checked_at: string; sections: Section[] } | null;
  next_step: Sentence | null;
  draft: DraftView | null;
  provenance: { fields: FieldProvenance[]; facts: FactProvenance[]; more_fields: number; more_facts: number };
  people: PersonLine[];
  company: { object_id: string; headline: string | null; priority: ScoreView | null } | null;
  deal: { name: string; stage: string; amount: string | null; closes_on: string | null; seen_at: string } | null;
  console_url: string;
  viewer: { may_act: boolean; is_admin: boolean };
}

export interface State {
  kind: StateKind;
  title: string;
  message: string;
  since: string | null;
  is_stale: boolean;
  is_busy: boolean;
  no_worker: boolean;
}

export interface Reason {
  text: string;
  points: number;
  findings: string[];
}

export interface ScoreView {
  name: string;
  title: string;
  value: number | null;
  label: string;
  label_words: string;
  tone: Tone;
  unit: string;
  scored_at: string;
  reasons: Reason[];
  moved: Movement | null;
}

export interface Movement {
  at: string;
  from_value: number | null;
  from_label_words: string;
  change: number | null;
  why: { text: string; points: number }[];
}

export interface Section {
  name: string;
  title: string;
  sentences: Sentence[];
}

export interface Evidence {
  field: string;
  source: string;
  source_url: string | null;
  seen_at: string;
}

export interface Sentence {
  text: string;
  evidence: Evidence[];
}

export interface DraftView {
  state: 'drafted' | 'refused' | 'approved' | 'rejected';
  refusal: string | null;
  version: number;
  steps: Step[];
  is_edited: boolean;
  edited_by: string | null;
  newer_facts: boolean;
  decided_by: string | null;
  decided_at: string | null;
  decision_note: string | null;
  may_approve: boolean;
  why_not: string | null;
  tasks: TaskView[];
}

export interface TaskView {
  position: number;
  state: 'wanted' | 'asked' | 'made' | 'refused' | 'gone';
  due_at: string;
  task_id: string | null;
  error: string | null;
}

export interface Step {
  position: number;
  day_offset: number;
  channel: 'email' | 'linkedin';
  subject: string;
  body: string;
  rests_on: string[];
}

export interface FieldProvenance {
  property: string;
  label: string;
  value: string;
  computed: boolean;
  source: string;
  source_url: string | null;
  seen_at: string | null;
  confidence: number | null;
  cost_usd: string | null;
  run_id: string;
  written_at: string;
  may_undo: boolean;
}

export interface FactProvenance {
  field: string;
  label: string;
  value: string;
  source: string;
  source_url: string | null;
  seen_at: string;
  confidence: number;
  cost_usd: string;
  chosen: boolean;
  run_id: string;
  lost_because: string | null;
  differs: boolean;
}

export interface PersonLine {
  object_id: string;
  headline: string | null;
  label_words: string;
  value: number | null;
  draft_state: string | null;
}

export interface Progress {
  state: State;
  done: boolean;
  position: number | null;
  elapsed_s: number;
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

export type EditedStep = Pick<Step, 'position' | 'subject' | 'body'>;
