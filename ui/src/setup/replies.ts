/** As `GET /api/v1/configuration` answers; settings are as the schema has them, secrets are marks. */
export type Settings = Record<string, unknown>;

/** Stands for what is not shown; sent back, it keeps what it stands for. */
export const MARK = "•••";

export type Corner = [x: number, y: number];
export type Polygon = Corner[];

export interface Rule {
  kind: "presence" | "absence";
  name: string;
  classifier: string;
  label: string;
  enter_probability: number;
  leave_probability: number;
  half_life_seconds: number;
  decide_on_single_frame: boolean;
  single_frame_confidence: number;
  actions: string[];
  importance: "low" | "normal" | "high";
  after_seconds?: number;
  is_expected?: boolean;
}

export interface Camera {
  name: string;
  source: Settings & { kind: string };
  gate: Settings & { kind: string; masks?: Polygon[] };
  attention: Settings;
  classifiers: string[];
  rules: Rule[];
}

export interface Action {
  name: string;
  settings: Settings & { kind: string };
  is_in_file_only: boolean;
}

export interface Configuration {
  path: string;
  etag: string;
  cameras: Camera[];
  actions: Action[];
  service: { host: string; port: number; access: string; classifier: string | null; storage: string };
  missing: Record<string, string>;
}

export interface Probed {
  ok: boolean;
  error: string | null;
  remedy: string | null;
  width: number | null;
  height: number | null;
  codec: string | null;
  frames_per_second: number | null;
  plays_in_browser: boolean;
  picture: string | null;
}

/** What a form needs of a classifier; see `GET /api/v1/classifiers`. */
export interface Classifier {
  name: string;
  classes: string[];
  taught_at: string | null;
  examples: Record<string, number>;
}
