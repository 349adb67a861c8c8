/** As `GET /api/v1/explain/strip` answers: every stage's lane, a value for each column of the time asked about. */
export type Series = readonly (number | null)[];

export interface GateLane {
  energy: Series;
  threshold: Series;
  open: Series;
  reason: readonly number[];
}

export interface LookLane {
  name: string;
  classes: Readonly<Record<string, Series>>;
  looked: Series;
  refused: Series;
  unknown: Series;
  reason: readonly number[];
}

export interface RuleLane {
  name: string;
  highest: Series;
  lowest: Series;
  enter_at: Series;
  leave_at: Series;
  confidence: Series;
  /** 0 undecided, 1 active, 2 inactive, -1 not asked. */
  state: readonly number[];
  changes: readonly { at: string; state: string; reason: string }[];
}

export interface EventMark {
  id: string;
  rule: string;
  label: string;
  opened_at: string;
  closed_at: string | null;
  score: number;
  has_snapshot: boolean;
}

export type Outcome = "told" | "failed" | "given up" | "waiting";

export interface DeliveryMark {
  at: string;
  action: string;
  outcome: Outcome;
  event_id: string | null;
  phase: string | null;
  text: string;
  times: number;
  last_at: string;
}

export interface ActuatorMarks {
  name: string;
  states: readonly { at: string; state: string; reason: string }[];
}

export interface Remark {
  sequence: number;
  at: string;
  last_at: string;
  stage: string;
  text: string;
  times: number;
  is_trouble: boolean;
}

export interface Strip {
  camera: string;
  since: string;
  until: string;
  now: string;
  known_since: string | null;
  columns: number;
  seconds_per_column: number;
  words: readonly string[];
  rate: Series;
  gate: GateLane;
  classifiers: readonly LookLane[];
  rules: readonly RuleLane[];
  events: readonly EventMark[];
  deliveries: readonly DeliveryMark[];
  actuators: readonly ActuatorMarks[];
  remarks: readonly Remark[];
  trouble: string | null;
}

/** As `GET /api/v1/explain` answers, as far as it is shown here. */
export interface Explanation {
  since: string;
  until: string;
  verdict: string;
  stopped_by: string | null;
  /** Classifiers that rules ask, not taught yet or damaged. */
  missing: readonly string[];
  sentences: readonly { stage: string; text: string }[];
}

/** The column that a time (milliseconds since 1970) lies in; it may lie outside. */
export function columnOf(strip: Strip, time: number): number {
  return Math.floor((time - Date.parse(strip.since)) / (strip.seconds_per_column * 1000));
}
