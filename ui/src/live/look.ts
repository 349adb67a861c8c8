/** What is made of a camera's picture, as `/api/v1/cameras/NAME/watch` tells it. Boxes are in 0..1 of the frame. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

export interface Gate {
  is_open: boolean;
  /** Why, in words: "moving", "nothing moves". */
  reason: string;
  energy: number;
  threshold: number;
  boxes: Box[];
}

export interface Seen {
  classifier: string;
  region: Box | null;
  /** False: nobody looked, so nothing may be concluded. */
  looked: boolean;
  reason: string;
  label?: string;
  confidence?: number;
  confidences?: Record<string, number>;
}

export type RuleState = "undecided" | "active" | "inactive";

export interface Rule {
  rule: string;
  state: RuleState;
  /** In nats of log-odds; the state is entered at `enter_at` and left at `leave_at`. */
  evidence: number;
  enter_at: number;
  leave_at: number;
  confidence: number;
  reason: string;
}

export interface Look {
  type: "look";
  /** The camera's own time of the picture. */
  seconds: number;
  /** The wall clock's, as the service knows it. */
  at: string;
  /** From the decoded frame to the last rule's verdict; null where nothing was decided. */
  latency_ms: number | null;
  gate: Gate;
  looks: Seen[];
  rules: Rule[];
  /** When this was sent, by the service's clock. */
  now: string;
}

export interface Start {
  type: "start";
  kind: "video" | "jpeg";
  mime?: string;
  width: number;
  height: number;
  /** The video's own time is the camera's `seconds` and so much. */
  lead_seconds?: number;
}

export type Pictures = "video" | "jpeg" | "none";

/** `97 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
