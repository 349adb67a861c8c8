import { ask, Refused } from "../api/ask";
import type { Happened } from "./event";

/** A classifier that may have decided an event: it looks at the camera and knows the event's class. */
export interface Teacher {
  name: string;
  classes: string[];
}

interface Look {
  classifier: string;
  classes: string[];
}

interface Added {
  became: "added" | "already there" | "already there in another class" | string;
  example: { digest: string; label: string };
}

export const BACKGROUND = "background";

/** Those that may have decided the event; none if its camera is gone or it was no class that decided. */
export async function teachersOf(event: Happened): Promise<Teacher[]> {
  try {
    const camera = await ask<{ looks: Look[] }>(`/api/v1/cameras/${encodeURIComponent(event.camera)}`);
    return camera.looks
      .filter((look) => look.classes.includes(event.label))
      .map((look) => ({ name: look.classifier, classes: look.classes }));
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return [];
    throw error;
  }
}

/** What the picture may show instead: the classes, background among them, without what it was taken for. */
export function otherClasses(teacher: Teacher, label: string): string[] {
  return [...new Set([...teacher.classes.filter((each) => each !== BACKGROUND), BACKGROUND])].filter(
    (each) => each !== label,
  );
}

/** The event's picture as an example of a class. */
export interface Kept {
  teacher: string;
  digest: string;
  label: string;
}

const examplesOf = (teacher: string) => `/api/v1/classifiers/${encodeURIComponent(teacher)}/examples`;

/** Of which classes the event's picture is an example: whatever was said of the event, that is learnt from. */
export async function keptOf(teachers: readonly Teacher[], event: Happened): Promise<Kept[]> {
  const query = new URLSearchParams({ event: event.id });
  const found = await Promise.all(
    teachers.map(async ({ name }) => {
      const { examples } = await ask<{ examples: Kept[] }>(`${examplesOf(name)}?${query}`);
      return examples.map(({ digest, label }) => ({ teacher: name, digest, label }));
    }),
  );
  return found.flat();
}

/** Whether what is learnt from the picture is not what was said of the event. */
export const contradicts = (kept: Kept, event: Happened): boolean =>
  event.review !== null && (event.review === "right") !== (kept.label === event.label);

/** Have it be an example of another class, and teach. */
export const relabelKept = (kept: Kept, label: string): Promise<unknown> =>
  ask(`${examplesOf(kept.teacher)}/${kept.digest}?teach=true`, { method: "PATCH", body: { label } });

/** Have it be no example, and teach. */
export const removeKept = (kept: Kept): Promise<unknown> =>
  ask(`${examplesOf(kept.teacher)}/${kept.digest}?teach=true`, { method: "DELETE" });

/** Make the event's picture an example of a class, and teach; what is returned takes it back. */
export async function addExample(
  teacher: string,
  event: Happened,
  label: string,
): Promise<{ text: string; undo: (() => Promise<void>) | null }> {
  const added = await ask<Added>(`${examplesOf(teacher)}?teach=true`, {
    method: "POST",
    body: { event: event.id, label },
  });
  const kept = { teacher, ...added.example };
  if (added.became === "added")
    return {
      text: `Added to ${label}, and taught.`,
      undo: async () => void (await removeKept(kept)),
    };
  if (added.became === "already there in another class") {
    await relabelKept(kept, label);
    return {
      text: `It was an example of ${kept.label}; now it is one of ${label}, and taught.`,
      undo: async () => void (await relabelKept(kept, kept.label)),
    };
  }
  return { text: `It is an example of ${label} already.`, undo: null };
}
