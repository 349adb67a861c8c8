import type { Attachment } from "svelte/attachments";

/** Whether a part of the page is seen by anybody: on the screen, in a window that is not hidden. */
export class Seen {
  #isOnScreen = $state(false);
  #isShown = $state(!document.hidden);

  get isSeen(): boolean {
    return this.#isOnScreen && this.#isShown;
  }

  readonly watch: Attachment = (element) => {
    const observer = new IntersectionObserver((entries) => {
      this.#isOnScreen = entries.at(-1)?.isIntersecting ?? false;
    });
    const turned = () => (this.#isShown = !document.hidden);
    observer.observe(element);
    document.addEventListener("visibilitychange", turned);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", turned);
    };
  };
}
