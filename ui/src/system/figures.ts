/** Figures with their units, as a person reads them. */
const NUMBER = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat();
const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const count = (value: number) => WHOLE.format(value);
export const percent = (share: number) => PERCENT.format(share);
export const clock = (time: string) => CLOCK.format(new Date(time));
export const moment = (time: string) => MOMENT.format(new Date(time));

/** "512 B", "4.2 MB", "66.8 GB". */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const place = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${NUMBER.format(value / 1000 ** place)} ${units[place]}`;
}

/** "0.8 ms", "42 ms", "1.5 s". */
export function short(seconds: number): string {
  return seconds < 1 ? `${NUMBER.format(seconds * 1000)} ms` : `${NUMBER.format(seconds)} s`;
}

/** "12 s", "5 min", "3 h 20 min", "4 days". */
export function long(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** How long ago, or when it was; "never". */
export function ago(time: string | null, now = Date.now()): string {
  if (time === null) return "never";
  const seconds = (now - Date.parse(time)) / 1000;
  return seconds < 2 ? "now" : seconds < 3600 * 48 ? `${long(seconds)} ago` : moment(time);
}
