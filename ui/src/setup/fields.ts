import { Refused } from "../api/ask";

/** What was refused, by field, for a form to show where it belongs; "" is what concerns none. */
export function byField(error: unknown, within = ""): Record<string, string> {
  if (!(error instanceof Refused) || error.status !== 422) return {};
  const found: Record<string, string> = {};
  for (const line of error.message.split("\n")) {
    const [, place = "", sentence = line] = /^([\w.]+): (.*)$/.exec(line) ?? [];
    const inner =
      place === within ? "" : place.startsWith(`${within}.`) ? place.slice(within.length + 1) : place;
    const field = inner.replace(/^\d+\./, "");
    found[field] = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  }
  return found;
}
