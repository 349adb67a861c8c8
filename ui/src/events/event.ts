import { ask } from "../api/ask";

export type Review = "right" | "wrong";

/** As `GET /api/v1/events` tells it. Times are ISO 8601 in UTC; ids sort by time. */
export interface Happened {
  id: string;
  camera: string;
  rule: string;
  label: string;
  score: number;
  importance: "low" | "normal" | "high";
  opened_at: string;
  updated_at: string;
  closed_at: string | null;
  close_reason: string | null;
  is_favourite: boolean;
  review: Review | null;
  measures: Record<string, number>;
  snapshot: string | null;
  clip: string | null;
}

export interface Page {
  events: Happened[];
  next_cursor: string | null;
}

export interface Facet {
  name: string;
  count: number;
}

export interface Facets {
  total: number;
  first_opened_at: string | null;
  cameras: Facet[];
  rules: Facet[];
  labels: Facet[];
}

export interface Evidence {
  opened_at: string;
  enter_at: number | null;
  leave_at: number | null;
  seconds: number[];
  evidence: number[];
  confidence: number[];
}

export const EVENTS = "/api/v1/events";

/** The address of one event. */
export function eventAt(id: string): string {
  return `${EVENTS}/${encodeURIComponent(id)}`;
}

/** Have it kept: a favourite, or what a person says of it. */
export function change(
  id: string,
  what: { is_favourite?: boolean; review?: Review | null },
): Promise<Happened> {
  return ask<Happened>(eventAt(id), { method: "PATCH", body: what });
}
