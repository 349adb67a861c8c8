import { unused } from "./naming";
import type { Camera, Classifier } from "./replies";

/** A word, where it is watched for, and the classifier that an earlier try at it has left. */
export interface Wish {
  word: string;
  camera: string;
  earlier?: { classifier: string; label: string } | undefined;
}

/** What is to be done for it: the classifier, and what of the earlier try goes. */
export interface Attachment {
  classifier: string;
  /** It has to be made. */
  isNew: boolean;
  /** Which classifiers each camera has then, where that is a change. */
  cameras: Record<string, string[]>;
  /** It has no pictures, and nothing asks it: it is deleted. */
  dropped: string | undefined;
}

/** The rules that ask a classifier, as `rule (camera)`. */
export const askedBy = (classifier: string, cameras: readonly Camera[]): string[] =>
  cameras.flatMap((camera) =>
    camera.rules
      .filter((rule) => rule.classifier === classifier)
      .map((rule) => `“${rule.name}” (${camera.name})`),
  );

/** Whoever goes back and decides anew leaves nothing behind: a draft without pictures is used again, or goes. */
export function attachment(
  { word, camera, earlier }: Wish,
  cameras: readonly Camera[],
  classifiers: readonly Classifier[],
): Attachment {
  const isDraft = (name: string) => {
    const known = classifiers.find((each) => each.name === name);
    return known && !sum(known.examples) && !askedBy(name, cameras).length;
  };
  const names = classifiers.map((each) => each.name);
  const stem = stemOf(word);
  const again =
    earlier?.label === word && names.includes(earlier.classifier) ? earlier.classifier : undefined;
  const classifier = again ?? (isDraft(stem) ? stem : unused(stem, names));
  const dropped =
    earlier && earlier.classifier !== classifier && isDraft(earlier.classifier)
      ? earlier.classifier
      : undefined;
  const isMoved = earlier?.classifier === classifier && isDraft(classifier);
  const wanted = cameras.map((each): [string, string[]] => {
    const stays = each.classifiers.filter(
      (name) => name !== dropped && (name !== classifier || !isMoved || each.name === camera),
    );
    const lacks = each.name === camera && !stays.includes(classifier);
    return [each.name, lacks ? [...stays, classifier] : stays];
  });
  const before = new Map(cameras.map((each) => [each.name, each.classifiers.join()]));
  return {
    classifier,
    isNew: !names.includes(classifier),
    cameras: Object.fromEntries(wanted.filter(([name, those]) => before.get(name) !== those.join())),
    dropped,
  };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, each) => all + each, 0);

const stemOf = (word: string) =>
  word.replace(/[^a-z0-9_-]+/g, "-").replace(/^[^a-z0-9]+|-+$/g, "") || "first";
