import { Lesson } from "./lesson.svelte";

/** Lessons that were left while pictures were on their way: they are found again, with all that is unsent. */
const left = new Map<string, Lesson>();

const hasUnsent = (lesson: Lesson) => lesson.outgoing.isBusy || lesson.outgoing.stuck.length > 0;

/** The lesson of that classifier: the one that still has something to send, or a new one. */
export function begun(name: string): Lesson {
  const lesson = left.get(name) ?? new Lesson(name);
  left.set(name, lesson);
  return lesson;
}

/** Somebody goes elsewhere in the page. */
export function ended(lesson: Lesson): void {
  if (!hasUnsent(lesson)) left.delete(lesson.name);
}

// Whoever closes the page is asked first, while something would be lost.
addEventListener("beforeunload", (unload) => {
  if ([...left.values()].some(hasUnsent)) unload.preventDefault();
});
