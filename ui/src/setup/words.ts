import type { Action, Rule } from "./replies";

export const ACTION_KINDS = [
  { kind: "notify", name: "Message to a phone, chat or mailbox", settings: "NotifySettings" },
  { kind: "webhook", name: "Webhook", settings: "WebhookSettings" },
  { kind: "mqtt", name: "MQTT", settings: "MqttSettings" },
  { kind: "log", name: "A line in the log", settings: "LogSettings" },
] as const;

const OTHERS: Record<string, string> = { command: "A program of your own", gpio: "An actuator" };

export const kindName = (kind: string) =>
  ACTION_KINDS.find((each) => each.kind === kind)?.name ?? OTHERS[kind] ?? kind;

/** Where an action leads, without secrets. */
export function target({ settings }: Action): string {
  switch (settings.kind) {
    case "webhook":
      return String(settings["url"]);
    case "mqtt":
      return `${String(settings["host"])}, topic ${String(settings["topic_prefix"])}`;
    case "notify":
      return (settings["urls"] as string[]).join(", ");
    case "command":
      return (settings["arguments"] as string[]).join(" ");
    default:
      return "";
  }
}

/** “while person is there”, as a half sentence. */
export function asked({
  kind,
  label,
  after_seconds,
}: Pick<Rule, "kind" | "label" | "after_seconds">): string {
  return kind === "presence"
    ? `while “${label}” is there`
    : `once “${label}” has been gone for ${seconds(after_seconds ?? 5)}`;
}

export function seconds(value: number): string {
  if (value >= 90) return `${Math.round(value / 6) / 10} min`;
  return `${Math.round(value * 10) / 10} s`;
}

/** How sure one must be, in a word. */
export function surely(probability: number): string {
  if (probability >= 0.93) return "only when almost certain";
  if (probability >= 0.85) return "when quite sure";
  if (probability >= 0.72) return "when it is likely";
  return "at the first suspicion";
}

/** How long a state is held, in a word. */
export function lets(probability: number): string {
  if (probability <= 0.12) return "ends late: only when almost certainly over";
  if (probability <= 0.35) return "ends when it is probably over";
  return "ends soon: as soon as it is in doubt";
}

/** How long evidence is gathered, in a word. */
export function remembers(halfLife: number): string {
  if (halfLife <= 2) return "forgets quickly: good for what passes by";
  if (halfLife <= 8) return "weighs the last few seconds";
  return "has patience: good for what stays for long";
}
