import { quoted } from "../api/ask";
import type { Camera } from "./cameras.svelte";
import type { Rule, RuleState } from "./look";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** `14:02:11`; with the day where it is not today. */
export function clock(time: string | number): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** What tells how a camera is. */
export type Health = Pick<
  Camera,
  "kind" | "state" | "last_error" | "trouble" | "lost_since" | "last_frame_at"
>;

/** A camera that should send and does not. */
export function isLost(camera: Health): boolean {
  if (camera.trouble) return true;
  return !["connected", "ended", "idle"].includes(camera.state);
}

/** A camera's state in a word or two, and how good that is. */
export function stateOf(camera: Health): { kind: "good" | "warn" | "bad" | "plain"; text: string } {
  const away = camera.last_frame_at ? "Lost" : "Not reached";
  if (camera.trouble) return { kind: "bad", text: camera.state === "closed" ? "Stopped" : away };
  switch (camera.state) {
    case "connected":
      return { kind: "good", text: camera.kind === "video" || camera.kind === "folder" ? "Playing" : "Live" };
    case "waiting":
      return { kind: "bad", text: away };
    case "connecting":
      return camera.last_frame_at ? { kind: "bad", text: away } : { kind: "warn", text: "Connecting" };
    case "ended":
      return { kind: "plain", text: "Ended" };
    case "idle":
      return { kind: "warn", text: "Starting" };
    default:
      return { kind: "plain", text: "Stopped" };
  }
}

/** Since when and why a camera is not seen. */
export function lostSentence(camera: Health): string {
  const since = camera.lost_since ?? camera.last_frame_at;
  const state = stateOf(camera).text;
  const why = camera.trouble ?? camera.last_error;
  return [
    since ? `${state} since ${clock(since)}.` : `${state}.`,
    why && quoted(capitalised(why).replace(/[^.?!]$/, "$&.")),
    camera.state !== "closed" && "It comes back by itself.",
  ]
    .filter(Boolean)
    .join(" ");
}

export function capitalised(text: string): string {
  // An address is no word.
  return /^\w+:\/\//.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

const STATES: Record<RuleState, string> = { active: "Yes", inactive: "No", undecided: "Undecided" };

/** How near a rule is to saying something else, in words. */
export function inclination(
  rule: Pick<Rule, "state" | "evidence" | "enter_at" | "leave_at" | "confidence" | "reason">,
): string {
  const seen = rule.confidence
    ? `${Math.round(rule.confidence * 100)} % sure on the last look`
    : quoted(rule.reason.split("; evidence")[0] || "not looked");
  const share = (rule.evidence - rule.leave_at) / (rule.enter_at - rule.leave_at || 1);
  if (rule.state === "active")
    return capitalised(`${seen}. ${share > 0.5 ? "Clearly yes." : "About to end."}`);
  const said = share > 0.5 ? "Nearly yes." : rule.state === "inactive" ? "Clearly no." : "Not decided yet.";
  return capitalised(`${seen}. ${said}`);
}

/** What a rule says at this moment. */
export function ruleWord(state: RuleState): string {
  return STATES[state];
}
