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

/** Make the event's picture an example of a class, and teach; what is returned takes it back. */
export async function addExample(
  teacher: string,
  event: Happened,
  label: string,
): Promise<{ text: string; undo: (() => Promise<void>) | null }> {
  const examples = `/api/v1/classifiers/${encodeURIComponent(teacher)}/examples`;
  const added = await ask<Added>(`${examples}?teach=true`, {
    method: "POST",
    body: { event: event.id, label },
  });
  const { digest } = added.example;
  const one = `${examples}/${digest}?teach=true`;
  if (added.became === "added")
    return {
      text: `Added to ${label}, and taught.`,
      undo: async () => void (await ask(one, { method: "DELETE" })),
    };
  if (added.became === "already there in another class") {
    const before = added.example.label;
    await ask(one, { method: "PATCH", body: { label } });
    return {
      text: `It was an example of ${before}; now it is one of ${label}, and taught.`,
      undo: async () => void (await ask(one, { method: "PATCH", body: { label: before } })),
    };
  }
  return { text: `It is an example of ${label} already.`, undo: null };
}
