/** What the page on the system shows; asked again and again while anybody looks. */
import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import type { ActionReply, ActuatorReply, CameraReply, Latency, SystemReply } from "./reply";

const EVERY_MS = 5000;

export class SystemState {
  system = $state.raw<SystemReply | null>(null);
  cameras = $state.raw<CameraReply[]>([]);
  actions = $state.raw<ActionReply[]>([]);
  actuators = $state.raw<ActuatorReply[]>([]);
  latencies = $state.raw<Latency[]>([]);
  trouble = $state.raw<unknown>(null);
  /** Share of one processor, 0..1 and beyond, since the answer before; null until there are two. */
  cpu = $state<number | null>(null);

  /** Keep it up to date until what is returned is called. */
  begin(): () => void {
    void this.load();
    const every = setInterval(() => !document.hidden && void this.load(), EVERY_MS);
    const leaving = (["camera", "actuator"] as const).map((kind) =>
      happenings.on(kind, () => void this.load()),
    );
    return () => {
      clearInterval(every);
      for (const leave of leaving) leave();
    };
  }

  async load(): Promise<void> {
    try {
      const [system, cameras, actions, actuators, { latencies }] = await Promise.all([
        ask<SystemReply>("/api/v1/system"),
        ask<CameraReply[]>("/api/v1/cameras"),
        ask<ActionReply[]>("/api/v1/actions"),
        ask<ActuatorReply[]>("/api/v1/actuators"),
        ask<{ latencies: Latency[] }>("/api/v1/system/latencies"),
      ]);
      this.#measure(system);
      Object.assign(this, { system, cameras, actions, actuators, latencies, trouble: null });
    } catch (error) {
      this.trouble = error;
    }
  }

  #measure(next: SystemReply): void {
    const before = this.system;
    if (!before || next.uptime_seconds <= before.uptime_seconds + 0.5) return;
    const seconds = next.uptime_seconds - before.uptime_seconds;
    this.cpu = (next.process.cpu_seconds - before.process.cpu_seconds) / seconds;
  }
}
