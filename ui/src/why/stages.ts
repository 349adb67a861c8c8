/** The stages that a frame passes, by the names that the service gives them. */
import type { IconName } from "../parts/Icon.svelte";
import type { address } from "../route.svelte";
import type { Explanation } from "./strip";

const NAMES: Record<string, string> = {
  camera: "Camera",
  gate: "Gate",
  network: "Network",
  rule: "Rule",
  event: "Event",
  action: "Action",
  actuator: "Actuator",
  configuration: "Set-up",
  clock: "Clock",
  load: "Load",
};

const WAY = ["camera", "gate", "network", "rule", "event", "action"];

export const stageName = (stage: string) => NAMES[stage] ?? stage;

export interface Step {
  stage: string;
  name: string;
  state: "passed" | "stopped" | "not reached";
  icon: IconName;
  said: string;
}

/** How far what was in front of the camera got through the house. */
export function way({ stopped_by: stopped, sentences, verdict }: Explanation): Step[] {
  const shown = stopped && !WAY.includes(stopped) ? [...WAY, stopped] : WAY;
  const end = stopped ? shown.indexOf(stopped) : shown.length;
  const isUnknown = !stopped && !sentences.some(({ stage }) => stage === "gate");
  return shown.map((stage, place) => {
    const state = isUnknown || place > end ? "not reached" : place === end ? "stopped" : "passed";
    return {
      stage,
      name: stageName(stage),
      state,
      icon: state === "passed" ? "check" : state === "stopped" ? "close" : "more",
      said: state === "stopped" ? verdict : "",
    };
  });
}

/** Where one goes to mend what stopped it; nowhere if nothing is to be mended. */
export function ways(
  { stopped_by: stopped, missing, sentences }: Explanation,
  camera: string,
): { text: string; to: Parameters<typeof address> }[] {
  if (stopped === "camera") return [{ text: "Set-up of this camera", to: ["setup", "camera", camera] }];
  const hasRules = sentences.some(({ stage }) => stage === "rule");
  if (stopped === "rule" && !hasRules)
    return [{ text: "Give it a rule", to: ["setup", "rules", { camera }] }];
  return missing.map((name) => ({ text: `Teach “${name}”`, to: ["teach", name, { camera }] }));
}

/** The sentences by stage, in the order in which a frame meets the stages. */
export function byStage(explanation: Explanation): [stage: string, texts: string[]][] {
  const found = new Map<string, string[]>();
  for (const { stage, text } of explanation.sentences) found.set(stage, [...(found.get(stage) ?? []), text]);
  return [...found];
}
