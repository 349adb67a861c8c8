import type { Region } from "../parts/region";

/** What the routes below `/api/v1/classifiers` answer. */
export interface Score {
  pictures: number;
  near_duplicates: number;
  recall: number | null;
  precision: number | null;
  false_rejects: number;
  is_flattered: boolean;
}

export interface Classifier {
  name: string;
  is_loaded: boolean;
  /** Those whose configuration uses it. */
  cameras: string[];
  region: Region;
  taught_at: string | null;
  revision: number | null;
  classes: string[];
  scores: Record<string, Score>;
  balanced_accuracy: number | null;
  can_undo: boolean;
  can_redo: boolean;
  undo_change: string | null;
  redo_change: string | null;
  /** Pictures a label, with what was not taught yet. */
  examples: Record<string, number>;
  changes: number;
  /** Why it cannot be read, if it cannot. */
  trouble: string | null;
}

export interface Example {
  digest: string;
  label: string;
  name: string;
  is_taught: boolean;
  picture: string;
}

export interface ClassAdvice {
  label: string;
  have: number;
  different: number;
  wanted: number;
  verdict: "too few" | "more" | "mixed up" | "enough";
  sentence: string;
  recall: number | null;
  confused_with: string | null;
  conditions: { name: string; have: number; wanted: number }[];
}

export interface Advice {
  is_enough: boolean;
  sentence: string;
  classes: ClassAdvice[];
}

export interface Teaching {
  change: string;
  remarks: string[];
  advice: Advice;
  teaching_seconds: number;
  trouble: string | null;
}

/** Every change answers so: the classifier as it is now, and what teaching it came to. */
export interface Changed {
  classifier: Classifier;
  teaching: Teaching | null;
  teaching_note: string | null;
}

export interface Added extends Changed {
  became: "added" | "already there" | "already there in another class" | "near duplicate";
  example: Example;
}

export interface Stepped {
  change: string;
  classifier: Classifier;
  trouble: string | null;
  teaching_note: string | null;
}

export interface Doubt {
  digest: string;
  name: string;
  label: string;
  looks_like: string;
  /** Of its own label, by a head that has not seen it. */
  confidence: number;
  doubt: number;
  is_suspect: boolean;
  picture: string;
  why: string;
  /** The address of nearly the same picture that has another label. */
  twin: string | null;
}

export interface Doubts {
  doubts: Doubt[];
  total: number;
  suspects: number;
  sentence: string | null;
}

export interface Answer {
  /** `unknown` if it is like none of the classes; `best` is the least unlike then. */
  label: string;
  best: string;
  confidence: number;
  confidences: Record<string, number>;
  is_unknown: boolean;
  revision: number | null;
}

export interface Proposal {
  file: string;
  label: string | null;
  best: string | null;
  confidence: number;
  confidences: Record<string, number>;
  is_unknown: boolean;
  doubt: number;
  is_near_duplicate_of: string | null;
  error: string | null;
}

export interface Camera {
  name: string;
  kind: string;
  state: "idle" | "connecting" | "connected" | "waiting" | "ended" | "closed";
  last_error: string | null;
  trouble: string | null;
}

const CLASSIFIERS = "/api/v1/classifiers";

/** The address of a classifier, or of what is below it. */
export const below = (name: string, ...rest: string[]): string =>
  [CLASSIFIERS, ...[name, ...rest].map(encodeURIComponent)].join("/");

export const ALL = CLASSIFIERS;
