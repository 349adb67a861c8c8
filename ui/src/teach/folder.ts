/** Pictures out of files and folders, and what the folders' names say that they show. */

export interface Found {
  file: File;
  /** As it lay below what was dropped: `pets/cat/1.jpg`. */
  path: string;
}

/** What sets are divided into; they name no class. */
const SETS = new Set(["train", "training", "val", "valid", "validation", "test", "testing"]);
const PICTURES = /\.(jpe?g|png|webp|bmp|gif|avif)$/i;
const VIDEOS = /\.(mp4|m4v|mov|webm|mkv|ogv)$/i;

export const isPicture = (file: File): boolean => file.type.startsWith("image/") || PICTURES.test(file.name);
export const isVideo = (file: File): boolean => file.type.startsWith("video/") || VIDEOS.test(file.name);

/**
 * The label that each path's folder gives, undefined without one. One folder a class (ImageFolder):
 * below the folder that holds them all, and below `train` and `val`.
 */
export function labelsOf(paths: readonly string[]): (string | undefined)[] {
  let folders = paths.map((path) => path.split("/").filter(Boolean).slice(0, -1));
  const top = folders[0]?.[0];
  const holdsAll = top !== undefined && folders.every((each) => each[0] === top);
  if (holdsAll && folders.some((each) => each.length > 1)) folders = folders.map((each) => each.slice(1));
  const named = folders.filter((each) => each.length > 0);
  if (named.length > 0 && named.every((each) => SETS.has(each[0]!.toLowerCase())))
    folders = folders.map((each) => each.slice(1));
  return folders.map((each) => (each[0] ? label(each[0]) : undefined));
}

const BY_NUMBER = new Intl.Collator(undefined, { numeric: true });

/** As a person lists them, `9.jpg` before `10.jpg`: a disk has an order of its own. */
export const inOrder = (found: readonly Found[]): Found[] =>
  found.toSorted((one, other) => BY_NUMBER.compare(one.path, other.path));

/** How many pictures a label has, most first. */
export function counted(labels: readonly (string | undefined)[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const each of labels) if (each) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** As a label may be written: no slash, nothing unseen, at most 64 characters. */
export function label(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f/\\]/g, " ")
    .trim()
    .slice(0, 64);
}

/** What an input of files holds. */
export function chosen(files: FileList | null): Found[] {
  return [...(files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** What was dropped, folders with all that is in them. Must be called while the drop is handled. */
export async function dropped(data: DataTransfer): Promise<Found[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosen(data.files);
  return (await Promise.all(entries.map(below))).flat();
}

async function below(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  // A reader gives at most a hundred at a time, and none when there are no more.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map(below))).flat());
  }
}
