/** Which events are looked at, as it stands in the page's address. */
export interface Filters {
  camera: string;
  label: string;
  review: "" | "right" | "wrong" | "none";
  favourite: boolean;
  open: boolean;
  q: string;
  /** ISO 8601; empty for no bound. */
  since: string;
  until: string;
}

export const ANY: Filters = {
  camera: "",
  label: "",
  review: "",
  favourite: false,
  open: false,
  q: "",
  since: "",
  until: "",
};

const REVIEWS = new Set(["right", "wrong", "none"]);

export function read(query: URLSearchParams): Filters {
  const review = query.get("review") ?? "";
  return {
    camera: query.get("camera") ?? "",
    label: query.get("label") ?? "",
    review: REVIEWS.has(review) ? (review as Filters["review"]) : "",
    favourite: query.get("favourite") === "true",
    open: query.get("open") === "true",
    q: query.get("q") ?? "",
    since: time(query.get("since")),
    until: time(query.get("until")),
  };
}

/** What differs from any, as text: for the page's address and for the service alike. */
export function written(filters: Filters): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(filters))
    if (value !== "" && value !== false) found[name] = String(value);
  return found;
}

/** The query for the service; more is added to it. */
export function asked(filters: Filters, more: Record<string, string> = {}): string {
  return new URLSearchParams({ ...written({ ...filters, q: filters.q.trim() }), ...more }).toString();
}

/** Whether anything is left out by them, the time apart. */
export function isNarrow(filters: Filters): boolean {
  return Object.keys(written({ ...filters, since: "", until: "" })).length > 0;
}

function time(text: string | null): string {
  return text && !Number.isNaN(Date.parse(text)) ? text : "";
}
