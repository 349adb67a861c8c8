import type { Camera } from "./cameras.svelte";
import type { RuleState } from "./look";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** `14:02:11`; with the day where it is not today. */
export function clock(time: string | number): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** A camera that should send and does not. */
export function isLost(camera: Camera): boolean {
  if (camera.trouble) return true;
  return !["connected", "ended", "idle"].includes(camera.state);
}

/** A camera's state in a word or two, and how good that is. */
export function stateOf(camera: Camera): { kind: "good" | "warn" | "bad" | "plain"; text: string } {
  if (camera.trouble) return { kind: "bad", text: "Stopped" };
  switch (camera.state) {
    case "connected":
      return { kind: "good", text: camera.kind === "video" || camera.kind === "folder" ? "Playing" : "Live" };
    case "waiting":
      return { kind: "bad", text: camera.frames ? "Lost" : "Not reached" };
    case "connecting":
      return camera.frames ? { kind: "bad", text: "Lost" } : { kind: "warn", text: "Connecting" };
    case "ended":
      return { kind: "plain", text: "Ended" };
    case "idle":
      return { kind: "warn", text: "Starting" };
    default:
      return { kind: "plain", text: "Stopped" };
  }
}

/** Since when and why a camera is not seen. */
export function lostSentence(camera: Camera): string {
  const since = camera.last_frame_at ? `Lost since ${clock(camera.last_frame_at)}.` : "Not reached yet.";
  const why = camera.trouble ?? camera.last_error;
  return `${since}${why ? ` ${capitalised(why)}` : ""} It comes back by itself.`;
}

export function capitalised(text: string): string {
  // An address is no word.
  return /^\w+:\/\//.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

const STATES: Record<RuleState, string> = { active: "Yes", inactive: "No", undecided: "Undecided" };

/** What a rule says at this moment. */
export function ruleWord(state: RuleState): string {
  return STATES[state];
}
