import { ask } from "../api/ask";
import type { Role } from "../session.svelte";

export interface Person {
  id: string;
  name: string;
  role: Role;
  created_at: string;
  is_oneself: boolean;
}

export type Scope = "view" | "classify" | "teach" | "admin";

export interface Token {
  id: string;
  name: string;
  scopes: Scope[];
  owner: string | null;
  created_at: string;
  last_used_on: string | null;
}

/** What each role and scope is good for, in words. */
export const ROLES: Record<Role, string> = { viewer: "May look", admin: "May do everything" };

export const SCOPES: readonly { scope: Scope; name: string; meaning: string }[] = [
  { scope: "view", name: "Look", meaning: "read everything that a viewer sees" },
  { scope: "classify", name: "Classify", meaning: "send pictures and be told what they show" },
  { scope: "teach", name: "Teach", meaning: "collect examples and change classifiers" },
  { scope: "admin", name: "Everything", meaning: "all that an admin may do" },
];

export const scopeName = (scope: Scope): string => SCOPES.find((each) => each.scope === scope)?.name ?? scope;

export const readPeople = (): Promise<Person[]> => ask("/api/v1/people");
export const readTokens = (): Promise<Token[]> => ask("/api/v1/tokens");

/** A day as the viewer writes days; a bare date is a day already, whatever the zone. */
export function day(text: string): string {
  const form = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  return form.format(new Date(text.length === 10 ? `${text}T12:00` : text));
}
