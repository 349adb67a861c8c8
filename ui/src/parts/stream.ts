/** For an `<img>` of moving pictures (multipart): Chromium goes on loading one that has left the page, and a
 * browser has six connections for a service. */
export function stream(image: HTMLImageElement): () => void {
  return () => image.removeAttribute("src");
}
