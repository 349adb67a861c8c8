/** Times, durations and measures as a person reads them, in the viewer's zone and language. */
import { dayOf } from "./layout";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const SHORT_CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const PER_CENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

export const clock = (time: string | number): string => CLOCK.format(new Date(time));
export const shortClock = (time: string | number): string => SHORT_CLOCK.format(new Date(time));
export const shortDay = (time: string | number): string => SHORT_DAY.format(new Date(time));
export const whole = (time: string | number): string => WHOLE.format(new Date(time));
export const perCent = (share: number): string => PER_CENT.format(share);
export const number = (value: number): string => NUMBER.format(value);

/** "Today", "Yesterday", or the day; with its year if that is another one. */
export function day(time: string | number, now = new Date()): string {
  const date = new Date(time);
  const key = dayOf(date.toISOString());
  if (key === dayOf(now.toISOString())) return "Today";
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (key === dayOf(before.toISOString())) return "Yesterday";
  return (date.getFullYear() === now.getFullYear() ? DAY : YEAR).format(date);
}

/** "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${NUMBER.format(Math.max(0, Math.round(seconds * 10) / 10))} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return rounded % 60 ? `${minutes} min ${rounded % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** How long an event lasted; null while it is open. */
export function lasted(event: { opened_at: string; closed_at: string | null }): string | null {
  if (!event.closed_at) return null;
  return duration((Date.parse(event.closed_at) - Date.parse(event.opened_at)) / 1000);
}

const UNITS: Record<string, (value: number) => string> = {
  seconds: duration,
  metres: (value) => `${number(value)} m`,
  pixels: (value) => `${number(value)} px`,
};

const FIGURES = /^(unknown picture, )?(.+) ([01]\.\d\d), evidence .+$/;

/** A rule's reason without its arithmetic: "person 0.01, evidence -1.6, ends at -0.8" is "1% sure of person". */
export function plainly(reason: string): string {
  const found = FIGURES.exec(reason);
  if (!found) return reason;
  const sure = `${perCent(Number(found[3]))} sure of ${found[2]}`;
  return found[1] ? `${sure}, on a picture like none of the classes` : sure;
}

const NAMES: Record<string, string> = { dwell_seconds: "Stayed for" };

/** A measure by its name: `wait_seconds` is "Wait", in seconds; some have a better one. */
export function measure(name: string, value: number): { name: string; value: string } {
  const words = name.split("_");
  const unit = UNITS[words.at(-1) ?? ""];
  const text = (unit && words.length > 1 ? words.slice(0, -1) : words).join(" ");
  const said = NAMES[name] ?? text.charAt(0).toUpperCase() + text.slice(1);
  return { name: said, value: unit ? unit(value) : number(value) };
}

/** A stretch of time, as short as it is clear. */
export function stretch(since: number, until: number): string {
  const end = until - 1;
  const isOneDay = dayOf(new Date(since).toISOString()) === dayOf(new Date(end).toISOString());
  const isWhole = new Date(since).getHours() === 0 && new Date(until).getHours() === 0;
  if (isOneDay && isWhole) return shortDay(since);
  if (isOneDay) return `${shortDay(since)}, ${shortClock(since)}–${shortClock(until)}`;
  if (isWhole) return `${shortDay(since)} – ${shortDay(end)}`;
  return `${shortDay(since)}, ${shortClock(since)} – ${shortDay(end)}, ${shortClock(until)}`;
}

/** So many of a thing: "1 event", "5 events". */
export function many(count: number, what = "event"): string {
  return `${count.toLocaleString()} ${what}${count === 1 ? "" : "s"}`;
}
