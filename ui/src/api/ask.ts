/** The one way to the service. A refusal is a sentence of what happened and one of what to do. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
    this.name = "Refused";
  }
}

const asking = { csrf: "", onSignedOut: () => {} };

/** Whom to tell that the session has ended, and the proof that a change comes from this page. */
export function introduce(introduction: Partial<typeof asking>): void {
  Object.assign(asking, introduction);
}

interface Question {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** JSON, or bytes (a Blob or FormData) as they are. */
  body?: unknown;
  signal?: AbortSignal;
  /** Make it only if there is none of that name yet; RFC 9110, section 13.1.2. */
  isNew?: boolean;
}

/** The answer's JSON; nothing if there is none. Throws `Refused`; an AbortError if the signal says so. */
export async function ask<Answer>(path: string, question: Question = {}): Promise<Answer> {
  const response = await answered(path, question);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** The answer as it came, for bytes and their headers. Throws as `ask` does. */
export async function answered(
  path: string,
  { method = "GET", body, signal, isNew = false }: Question = {},
): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRF-Token", asking.csrf);
  if (isNew) headers.set("If-None-Match", "*");
  const isBytes = body instanceof Blob || body instanceof FormData;
  if (body !== undefined && !isBytes) headers.set("Content-Type", "application/json");
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : isBytes ? body : JSON.stringify(body),
      signal: signal ?? null,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // What is shown is read again once the service is heard; a change is made by a person only.
    const then = method === "GET" ? "This page tries again by itself." : "Try again in a moment.";
    throw new Refused(0, "Vedette does not answer.", `Is it running? ${then}`);
  }
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: string; remedy?: string };
  if (response.status === 401) asking.onSignedOut();
  throw new Refused(response.status, told.error ?? `the answer was ${response.status}.`, told.remedy ?? "");
}

/** A sentence for a person, whatever was thrown. */
export function sentence(error: unknown): string {
  if (error instanceof Refused)
    return spoken(error.remedy ? `${error.message} ${error.remedy}` : error.message);
  return error instanceof Error ? error.message : String(error);
}

/** With names quoted as on paper: the service quotes as terminals do. */
export const quoted = (text: string): string => text.replace(/`([^`]+)`/g, "“$1”");

/** As it reads on paper, too: the service's sentences go on after a colon. A name keeps its own letters. */
export function spoken(text: string): string {
  return quoted(text).replace(/^[a-z]+(?= )/, (word) => word[0]!.toUpperCase() + word.slice(1));
}
