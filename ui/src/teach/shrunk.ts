import { Refused } from "../api/ask";

/** A network looks at a few hundred pixels: more than this across is only slow to send. */
const WIDEST = 1920;
const LARGE_BYTES = 3_000_000;
const TAKEN = new Set(["image/jpeg", "image/png", "image/webp", "image/bmp"]);

/** A picture as the service takes it: as it is if it can be, else drawn anew as a JPEG. */
export async function shrunk(picture: Blob): Promise<Blob> {
  if (TAKEN.has(picture.type) && picture.size <= LARGE_BYTES) return picture;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(picture);
  } catch {
    const name = picture instanceof File ? picture.name : "This";
    throw new Refused(422, `${name} is not a picture that can be opened.`, "It was left out.");
  }
  try {
    return await drawn(bitmap, bitmap.width, bitmap.height, WIDEST);
  } finally {
    bitmap.close();
  }
}

/** A JPEG of what can be drawn, at most so wide. */
export async function drawn(
  image: CanvasImageSource,
  width: number,
  height: number,
  widest: number,
): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, widest / width);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  if (!blob) throw new Refused(422, "The picture could not be drawn.", "Is it damaged?");
  return blob;
}
