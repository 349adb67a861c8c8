/** As the service answers about itself. */
export interface SystemReply {
  version: string;
  python: string;
  machine: string;
  uptime_seconds: number;
  storage: {
    trouble: string | null;
    free_bytes: number;
    total_bytes: number;
    media_bytes: number | null;
    keep_days: number | null;
    keep_free_bytes: number;
    maximum_bytes: number | null;
    pending: number;
    dead: number;
  };
  queues: Record<string, { camera: string; served: number; superseded: number; timed_out: number }[]>;
  temperatures: Record<string, number>;
  troubles: Record<string, string>;
  lost_since: Record<string, string>;
  remedies: Record<string, string>;
  restarts: Record<string, number>;
  process: {
    memory_bytes: number | null;
    memory_total_bytes: number | null;
    cpu_seconds: number;
    cpu_count: number;
    threads: number | null;
    open_files: number | null;
  };
  looks_not_served: Record<string, number>;
  looks_failed: Record<string, number>;
  outbox: { action: string; pending: number; delivered: number; dead: number }[];
}

export interface CameraReply {
  name: string;
  kind: string;
  state: "idle" | "connecting" | "connected" | "waiting" | "ended" | "closed";
  reconnects: number;
  frames: number;
  dropped: number;
  corrupt: number;
  last_error: string | null;
  trouble: string | null;
  lost_since: string | null;
  frames_per_second: number | null;
  last_frame_at: string | null;
}

export interface ActionReply {
  name: string;
  is_reachable: boolean | null;
  waiting: number;
  done: number;
  failed: number;
  dead: number;
  dropped: number;
  last_error: string | null;
}

export interface ActuatorReply {
  name: string;
  state: "safe" | "acting" | "unknown";
  reason: string;
  seconds: number;
  changes: number;
  last_error: string | null;
}

export interface Latency {
  name: string;
  label: string;
  meaning: string;
  bounds: number[];
  counts: number[];
  count: number;
  mean_seconds: number | null;
  median_seconds: number | null;
  p99_seconds: number | null;
}

export interface Letter {
  key: string;
  action: string;
  phase: string;
  event_id: string;
  state: "pending" | "delivered" | "dead";
  attempts: number;
  created_at: string;
  next_attempt_at: string;
  last_error: string | null;
}

export interface LogLine {
  number: number;
  at: string;
  level: "debug" | "info" | "warning" | "error" | "critical";
  part: string;
  text: string;
}
