import { unused } from "./naming";
import { MARK, type Settings } from "./replies";

export type Kind = "rtsp" | "mjpeg" | "v4l2" | "video" | "folder" | "push";

export const KINDS: readonly { kind: Kind; name: string; hint: string; settings: string }[] = [
  {
    kind: "rtsp",
    name: "Network camera (RTSP)",
    hint: "Most cameras that are sold for house and garden.",
    settings: "RtspSettings",
  },
  {
    kind: "mjpeg",
    name: "Network camera (MJPEG over HTTP)",
    hint: "Small boards such as the ESP32-CAM, and older cameras.",
    settings: "MjpegSettings",
  },
  {
    kind: "v4l2",
    name: "Camera plugged into this machine",
    hint: "By USB, or a ribbon cable.",
    settings: "V4l2Settings",
  },
  {
    kind: "video",
    name: "A video file",
    hint: "Plays like a camera: for trying things out.",
    settings: "VideoFileSettings",
  },
  {
    kind: "folder",
    name: "A folder of pictures",
    hint: "They are shown in the order of their names.",
    settings: "PictureFolderSettings",
  },
  {
    kind: "push",
    name: "Pictures that something sends here",
    hint: "A program or a device posts them to this service.",
    settings: "PushSettings",
  },
];

/** What a person fills in; empty means: as it is usual. */
export interface Draft {
  kind: Kind;
  url: string;
  username: string;
  password: string;
  device: string;
  path: string;
  loop: boolean;
  rotation: number;
  frames_per_second: number | null;
  transport: string;
}

export const EMPTY: Draft = {
  kind: "rtsp",
  url: "",
  username: "",
  password: "",
  device: "",
  path: "",
  loop: true,
  rotation: 0,
  frames_per_second: null,
  transport: "tcp",
};

export function draftOf(source: Settings): Draft {
  const known = Object.fromEntries(
    Object.keys(EMPTY).flatMap((key) => (source[key] === undefined ? [] : [[key, source[key]]])),
  );
  return { ...EMPTY, ...known, password: source["password"] ? MARK : "" };
}

const isAddressed = (kind: Kind) => kind === "rtsp" || kind === "mjpeg";
const isFile = (kind: Kind) => kind === "video" || kind === "folder";

/** As the service takes it: what does not belong to the kind is left out, what is empty is usual again. */
export function sourceOf(draft: Draft): Settings {
  const { kind } = draft;
  return {
    kind,
    ...(isAddressed(kind)
      ? {
          url: completed(draft),
          username: draft.username || null,
          password: draft.password || null,
        }
      : {}),
    ...(kind === "rtsp" ? { transport: draft.transport } : {}),
    ...(kind === "v4l2" ? { device: draft.device } : {}),
    ...(isFile(kind) ? { path: draft.path.trim(), loop: draft.loop } : {}),
    ...(kind === "folder" && draft.frames_per_second === null
      ? {}
      : { frames_per_second: draft.frames_per_second }),
    rotation: draft.rotation,
  };
}

/** The address with its scheme, which many leave out. */
function completed({ kind, url }: Draft): string {
  const typed = url.trim();
  return typed.includes("://") || !typed ? typed : `${kind === "rtsp" ? "rtsp" : "http"}://${typed}`;
}

/** Nothing can be tried yet: what is missing, in words. */
export function missing(draft: Draft): string {
  if (isAddressed(draft.kind) && !draft.url.trim()) return "Type the camera's address first.";
  if (draft.kind === "v4l2" && !draft.device) return "Choose a camera first.";
  if (isFile(draft.kind) && !draft.path.trim()) return "Type where it lies first.";
  return "";
}

/** A camera's make, and where such cameras have their streams. HOST is the camera's address. */
export interface Make {
  name: string;
  kind: "rtsp" | "mjpeg";
  url: string;
  note?: string;
}

export const MAKES: readonly Make[] = [
  {
    name: "Amcrest, Dahua, Lorex",
    kind: "rtsp",
    url: "rtsp://HOST:554/cam/realmonitor?channel=1&subtype=0",
    note: "subtype=1 is the smaller stream",
  },
  {
    name: "Annke, Hikvision, HiLook",
    kind: "rtsp",
    url: "rtsp://HOST:554/Streaming/Channels/101",
    note: "102 is the smaller stream",
  },
  { name: "Axis", kind: "rtsp", url: "rtsp://HOST:554/axis-media/media.amp" },
  { name: "ESP32-CAM", kind: "mjpeg", url: "http://HOST:81/stream" },
  { name: "Eufy", kind: "rtsp", url: "rtsp://HOST/live0", note: "switch RTSP (NAS) on in its app" },
  { name: "Foscam", kind: "rtsp", url: "rtsp://HOST:554/videoMain" },
  { name: "go2rtc, MediaMTX", kind: "rtsp", url: "rtsp://HOST:8554/NAME" },
  { name: "motionEye", kind: "mjpeg", url: "http://HOST:8081/" },
  {
    name: "Reolink",
    kind: "rtsp",
    url: "rtsp://HOST:554/h264Preview_01_main",
    note: "_sub is the smaller stream; switch RTSP on first",
  },
  {
    name: "TP-Link Tapo, Kasa",
    kind: "rtsp",
    url: "rtsp://HOST:554/stream1",
    note: "stream2 is smaller; make a camera account in its app",
  },
  {
    name: "UniFi Protect",
    kind: "rtsp",
    url: "rtsp://HOST:7447/KEY",
    note: "copy the whole address from the camera's settings",
  },
  { name: "Vivotek", kind: "rtsp", url: "rtsp://HOST:554/live.sdp" },
  { name: "Wyze (RTSP firmware)", kind: "rtsp", url: "rtsp://HOST/live" },
];

/** The make's address for the host that was typed already, if one was. */
export function addressOf(make: Make, typed: string): string {
  const host = /^(?:\w+:\/\/)?(?:[^/@]*@)?([^/:?#]+)/.exec(typed.trim())?.[1];
  return make.url.replace("HOST", host ?? "192.168.1.20");
}

/** A name that nobody has yet, made of what is known. */
export function nameFor(draft: Draft, taken: readonly string[]): string {
  const stem = isFile(draft.kind) ? (draft.path.split("/").pop() ?? "").replace(/\.\w+$/, "") : "camera";
  const clean = stem
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "")
    .slice(0, 40);
  return unused(clean || "camera", taken);
}
