import type { Camera, Rule } from "./replies";

/** What a new rule is before anything was said. */
export const USUAL: Omit<Rule, "name" | "classifier" | "label"> = {
  kind: "presence",
  enter_probability: 0.9,
  leave_probability: 0.3,
  half_life_seconds: 5,
  decide_on_single_frame: false,
  single_frame_confidence: 0.9,
  actions: ["log"],
  importance: "normal",
  after_seconds: 5,
  is_expected: false,
};

const DECISIVE = [
  "enter_probability",
  "leave_probability",
  "half_life_seconds",
  "decide_on_single_frame",
  "single_frame_confidence",
] as const;

/** As the service takes it: what belongs to the other kind is left out. */
export function ruleOf(draft: Rule): Record<string, unknown> {
  const { after_seconds, is_expected, ...shared } = draft;
  return draft.kind === "absence" ? { ...shared, after_seconds, is_expected } : shared;
}

/** What the last hour is replayed with: the settings that decide, all of them for a rule that does not run. */
export function decisive(draft: Rule, running: Rule | undefined): Record<string, unknown> {
  const own = draft.kind === "absence" ? (["after_seconds", "is_expected"] as const) : [];
  const settings: Record<string, unknown> = { label: draft.label };
  for (const key of [...DECISIVE, ...own]) settings[key] = draft[key];
  if (running?.kind !== draft.kind || running.classifier !== draft.classifier)
    return { ...settings, kind: draft.kind, classifier: draft.classifier, name: draft.name };
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => running[key as keyof Rule] !== value),
  );
}

/** A name that the camera's rules do not have yet. */
export function ruleName(draft: Pick<Rule, "kind" | "label">, camera: Camera | undefined): string {
  const base = draft.kind === "presence" ? draft.label : `no ${draft.label}`;
  const taken = camera?.rules.map((rule) => rule.name) ?? [];
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!taken.includes(name)) return name;
  }
}
