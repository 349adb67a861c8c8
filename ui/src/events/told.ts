/** Actions that leave nothing behind, such as a line in the log: what the last hour remembers of them. */
import { ask } from "../api/ask";
import type { DeliveryMark, Strip } from "../why/strip";
import type { Happened } from "./event";

const REMEMBERED_MS = 3_600_000;
const AFTERWARDS_MS = 60_000;

export interface Told {
  action: string;
  at: string;
  phase: "open" | "update" | "close";
}

/** What was told of an event within the last hour. */
export async function toldTo(event: Happened, signal: AbortSignal): Promise<Told[]> {
  const now = Date.now();
  const since = Math.max(Date.parse(event.opened_at), now - REMEMBERED_MS);
  const until = Math.min(Date.parse(event.closed_at ?? "") || now, now) + AFTERWARDS_MS;
  if (since >= until) return [];
  const query = new URLSearchParams({
    camera: event.camera,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    columns: "1",
  });
  const { deliveries } = await ask<Strip>(`/api/v1/explain/strip?${query}`, { signal });
  return ofEvent(deliveries, event.id);
}

/** Those of one event that arrived. */
export const ofEvent = (deliveries: readonly DeliveryMark[], id: string): Told[] =>
  deliveries
    .filter((each) => each.event_id === id && each.outcome === "told" && each.phase !== null)
    .map(({ action, at, phase }) => ({ action, at, phase: phase as Told["phase"] }));
