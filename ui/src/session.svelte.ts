import { ask, introduce } from "./api/ask";
import { happenings } from "./api/happenings.svelte";

export type Role = "viewer" | "admin";

/** As `GET /api/v1/session` answers. */
interface SessionReply {
  /** `people`: one logs in; `anyone`: whoever reaches the service may do everything. */
  access: "people" | "anyone";
  /** Somebody has a password here; false until the one-time link was used. */
  is_claimed: boolean;
  person: { name: string; role: Role } | null;
  csrf_token: string;
  version: string;
}

/** Who looks at this page, and what they may do. */
class Session {
  reply = $state<SessionReply | null>(null);
  trouble = $state<unknown>(null);

  constructor() {
    introduce({ onSignedOut: () => this.#signedOut() });
    happenings.onrefused = () => void this.learn();
  }

  get isOpen(): boolean {
    return this.reply !== null && (this.reply.access === "anyone" || this.reply.person !== null);
  }

  get isAdmin(): boolean {
    return this.reply?.access === "anyone" || this.reply?.person?.role === "admin";
  }

  /** Ask who one is; the page shows what follows from it. */
  async learn(): Promise<void> {
    try {
      const reply = await ask<SessionReply>("/api/v1/session");
      introduce({ csrf: reply.csrf_token });
      this.reply = reply;
      this.trouble = null;
      if (this.isOpen) happenings.begin();
      else happenings.end();
    } catch (error) {
      this.trouble = error;
    }
  }

  async leave(): Promise<void> {
    await ask("/api/v1/session", { method: "DELETE" });
    this.#signedOut();
    await this.learn();
  }

  #signedOut(): void {
    happenings.end();
    if (this.reply) this.reply = { ...this.reply, person: null };
  }
}

export const session = new Session();
