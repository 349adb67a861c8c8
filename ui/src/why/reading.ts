/** What every lane says of some columns, in words: for the cursor, for the table, and for who only listens. */
import { quoted } from "../api/ask";
import type { LookLane, RuleLane, Series, Strip } from "./strip";

export interface Reading {
  lane: string;
  text: string;
  /** It said no, or something is wrong. */
  kind: "plain" | "good" | "bad";
}

const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 2 });
const NATS = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const RATE = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 });
/** As the sentences of the service say times. */
const DAY = { hourCycle: "h23", hour: "2-digit", minute: "2-digit" } as const;
const CLOCK = new Intl.DateTimeFormat(undefined, { ...DAY, second: "2-digit" });
const SHORT_CLOCK = new Intl.DateTimeFormat(undefined, DAY);

export const percent = (share: number) => PERCENT.format(share);
export const clock = (time: number | string) => CLOCK.format(new Date(time));
export const shortClock = (time: number | string) => SHORT_CLOCK.format(new Date(time));
export const STATES = ["undecided", "active", "inactive"] as const;

/** The rule of the events that tell of a camera's loss. */
export const CAMERA_RULE = "camera";

/** The lanes' words for the columns from `begin` until before `end`. */
export function readings(strip: Strip, begin: number, end: number): Reading[] {
  const from = Math.max(0, begin);
  const to = Math.min(strip.columns, end);
  if (from >= to) return [{ lane: "Camera", text: "nothing is known of that time", kind: "plain" }];
  return [
    camera(strip, from, to),
    ...gate(strip, from, to),
    ...strip.classifiers.flatMap((lane) => look(strip, lane, from, to)),
    ...strip.rules.flatMap((lane) => rule(lane, from, to)),
    ...happened(strip, from, to),
  ];
}

/** The highest value of the columns, and where it is; null if none is known. */
function highest(values: Series, begin: number, end: number): { value: number; column: number } | null {
  let best: { value: number; column: number } | null = null;
  for (let column = begin; column < end; column += 1) {
    const value = values[column];
    if (value !== null && value !== undefined && (best === null || value > best.value))
      best = { value, column };
  }
  return best;
}

function camera(strip: Strip, begin: number, end: number): Reading {
  const rate = highest(strip.rate, begin, end);
  if (rate) return { lane: "Camera", text: `${RATE.format(rate.value)} frames a second`, kind: "plain" };
  const start = Date.parse(strip.since) + begin * strip.seconds_per_column * 1000;
  if (start >= Date.parse(strip.now)) return { lane: "Camera", text: "still to come", kind: "plain" };
  const isBefore = !strip.known_since || start < Date.parse(strip.known_since);
  return isBefore
    ? { lane: "Camera", text: "nothing is known of that time", kind: "plain" }
    : { lane: "Camera", text: "no frame came", kind: "bad" };
}

function gate(strip: Strip, begin: number, end: number): Reading[] {
  const { gate: lane, words } = strip;
  const energy = highest(lane.energy, begin, end);
  if (!energy) return [];
  const open = highest(lane.open, begin, end);
  const isOpen = (open?.value ?? 0) > 0;
  const column = isOpen && open ? open.column : energy.column;
  const threshold = lane.threshold[column];
  const reason = words[lane.reason[column] ?? -1] ?? "";
  const needed = threshold ? `, ${percent(threshold)} needed` : "";
  const figures = energy.value ? ` (${percent(energy.value)} of the picture${needed})` : "";
  return [
    {
      lane: "Gate",
      text: `${isOpen ? "open" : "closed"}: ${reason}${figures}`,
      kind: isOpen ? "good" : "plain",
    },
  ];
}

function look(strip: Strip, lane: LookLane, begin: number, end: number): Reading[] {
  const name = `Network: ${lane.name}`;
  const looked = highest(lane.looked, begin, end);
  const refused = highest(lane.refused, begin, end);
  if (!looked) return [];
  if (looked.value) {
    const seen = Object.entries(lane.classes)
      .map(([label, values]) => ({ label, best: highest(values, begin, end)?.value ?? 0 }))
      .sort((one, other) => other.best - one.best)
      .map(({ label, best }) => `${label} ${percent(best)}`);
    const strange = highest(lane.unknown, begin, end)?.value ? "; like none of its classes" : "";
    return [{ lane: name, text: `${seen.slice(0, 3).join(", ")}${strange}`, kind: "plain" }];
  }
  const why = strip.words[lane.reason[refused?.value ? refused.column : looked.column] ?? -1];
  if (refused?.value)
    return [{ lane: name, text: `did not look: ${quoted(why ?? "the network was busy")}`, kind: "bad" }];
  return [{ lane: name, text: why ? `did not look: ${quoted(why)}` : "did not look", kind: "plain" }];
}

function rule(lane: RuleLane, begin: number, end: number): Reading[] {
  const best = highest(lane.highest, begin, end);
  if (!best) return [];
  const seen = new Set(lane.state.slice(begin, end));
  const state = seen.has(1) ? "active" : (STATES[lane.state[best.column] ?? 0] ?? "undecided");
  const enter = lane.enter_at[best.column];
  const leave = lane.leave_at[best.column];
  const limits =
    enter == null || leave == null ? "" : ` (begins at ${NATS.format(enter)}, ends at ${NATS.format(leave)})`;
  const sure = highest(lane.confidence, begin, end)?.value;
  const said = sure ? `${state}, at most ${percent(sure)} sure` : state;
  const text = `${said}; evidence ${NATS.format(best.value)}${limits}`;
  return [{ lane: `Rule: ${lane.name}`, text, kind: state === "active" ? "good" : "plain" }];
}

const PHASES: Record<string, string> = { open: "the opening", update: "an update", close: "the end" };

function happened(strip: Strip, begin: number, end: number): Reading[] {
  const start = Date.parse(strip.since);
  const width = strip.seconds_per_column * 1000;
  const [since, until] = [start + begin * width, start + end * width];
  // A moment is a line on the chart: what lies a hair beside it is meant as well.
  const slack = end - begin > 1 ? 0 : Math.min(3000, Math.max(1000, 4 * width));
  const isNear = (from: string, to: string | null = from) =>
    Date.parse(from) < until + slack && Date.parse(to ?? strip.now) >= since - slack;
  const isOpen = (each: { opened_at: string; closed_at: string | null }) =>
    Date.parse(each.opened_at) < until && Date.parse(each.closed_at ?? strip.now) >= since;
  return [
    ...strip.events.filter(isOpen).map((each): Reading => ({
      lane: "Event",
      text: `${each.label} (${each.rule}), since ${clock(each.opened_at)}${each.closed_at ? ` until ${clock(each.closed_at)}` : ""}`,
      kind: each.rule === CAMERA_RULE ? "bad" : "good",
    })),
    ...strip.deliveries
      .filter((each) => isNear(each.at, each.last_at))
      .map((each): Reading => ({
        lane: `Action: ${each.action}`,
        text: told(each.outcome, each.phase, each.times, each.text),
        kind: each.outcome === "told" ? "good" : each.outcome === "waiting" ? "plain" : "bad",
      })),
    ...strip.actuators.flatMap((each): Reading[] => {
      const state = each.states.filter((one) => Date.parse(one.at) < until).at(-1);
      return state
        ? [{ lane: `Actuator: ${each.name}`, text: state.reason || state.state, kind: "plain" }]
        : [];
    }),
    ...strip.remarks
      .filter((each) => isNear(each.at, each.last_at))
      .map((each): Reading => ({
        lane: "Remark",
        text: `${clock(each.at)} ${each.stage}: ${each.text}${each.times > 1 ? ` (${each.times} times)` : ""}`,
        kind: each.is_trouble ? "bad" : "plain",
      })),
  ];
}

/** "told of the opening", "failed to tell of the end twice: ..." */
export function told(outcome: string, phase: string | null, times: number, text: string): string {
  const what = PHASES[phase ?? ""] ?? "a test";
  const why = text.split(": ").slice(1).join(": ");
  const often = times > 1 ? `, ${times} times` : "";
  if (outcome === "told") return `told of ${what}`;
  if (outcome === "waiting") return `still has to tell of ${what}${why ? `: ${why}` : ""}`;
  if (outcome === "given up") return `gave up telling of ${what}${often}${why ? `: ${why}` : ""}`;
  return `failed to tell of ${what}${often}${why ? `: ${why}` : ""}`;
}
