/**
 * How far each step of the browser's history was scrolled, kept with the step itself. The browser's own keeping
 * fails here: it scrolls before the page is shown that it belongs to.
 */
const PATIENCE_MILLISECONDS = 1500;
const PAUSE_MILLISECONDS = 150;

let pause: ReturnType<typeof setTimeout> | undefined;

/** Keep for the step that one is at, while `isHere` says that what is shown belongs to it. */
export function keepScrolling(isHere: () => boolean): void {
  history.scrollRestoration = "manual";
  const keep = (): void => {
    clearTimeout(pause);
    if (isHere() && kept() !== scrollY) history.replaceState({ top: scrollY }, "");
  };
  addEventListener("scroll", () => {
    clearTimeout(pause);
    pause = setTimeout(keep, PAUSE_MILLISECONDS);
  });
  // Who follows a link may have scrolled a moment before.
  addEventListener("click", keep, { capture: true });
}

/** How far this step was scrolled; null for one that is new, or never was. */
export const kept = (): number | null => (history.state as { top?: number } | null)?.top ?? null;

/** As far as it was, as soon as there is so much to scroll. */
export function scrollBack(top: number, until = performance.now() + PATIENCE_MILLISECONDS): void {
  const hash = location.hash;
  requestAnimationFrame(() => {
    if (location.hash !== hash) return;
    scrollTo({ top });
    if (scrollY < top - 1 && performance.now() < until) scrollBack(top, until);
  });
}
