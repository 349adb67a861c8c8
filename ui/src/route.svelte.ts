import { keepScrolling, kept, scrollBack } from "./scrolling";

/** Where in the page one is: `#/events/01ABC?camera=door` is the page `events`, its part `01ABC`, a query. */
class Route {
  #hash = $state(location.hash);
  /** How often one came to another page that one had not scrolled: by a link, as a rule. */
  arrivals = $state(0);

  constructor() {
    keepScrolling(() => location.hash === this.#hash);
    const top = kept();
    if (top) scrollBack(top);
    addEventListener("hashchange", () => this.#moved());
  }

  /** The address is another one; who looks stays where they are. */
  follow(): void {
    this.#hash = location.hash;
  }

  /** One begins at the top of another page, goes on where one was, or asks something else of the same one. */
  #moved(): void {
    const [before, top] = [pathOf(this.#hash), kept()];
    this.follow();
    if (top !== null) scrollBack(top);
    else if (pathOf(this.#hash) !== before) {
      scrollTo({ top: 0 });
      this.arrivals++;
    }
  }

  /** The page's name; `live` if none is said. */
  get page(): string {
    return this.parts[0] || "live";
  }

  /** What follows the page's name, decoded. */
  get rest(): string[] {
    return this.parts.slice(1);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#hash.split("?")[1] ?? "");
  }

  private get parts(): string[] {
    return pathOf(this.#hash).split("/").map(decoded);
  }
}

const pathOf = (hash: string) => (hash.split("?")[0] ?? "").replace(/^#?\/?/, "");

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page: `address("events", id)`; parts that are undefined are left out of the query. */
export function address(page: string, ...rest: (string | Record<string, string | undefined>)[]): string {
  const query = new URLSearchParams();
  const parts = [page];
  for (const each of rest) {
    if (typeof each === "string") parts.push(encodeURIComponent(each));
    else
      for (const [key, value] of Object.entries(each))
        if (value !== undefined && value !== "") query.set(key, value);
  }
  const asked = query.toString();
  return `#/${parts.join("/")}${asked ? `?${asked}` : ""}`;
}

/** Go there; `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(history.state, "", to);
    route.follow();
  } else location.hash = to;
}

export const route = new Route();
