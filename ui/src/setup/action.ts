import { MARK, type Settings } from "./replies";

export type ActionKind = "notify" | "webhook" | "mqtt" | "log";

export interface ActionDraft {
  kind: ActionKind;
  url: string;
  secret: string;
  urls: string[];
  host: string;
  port: number | null;
  username: string;
  password: string;
  tls: boolean;
  topic_prefix: string;
  phases: string[];
  minimum_score: number;
  cooldown_seconds: number;
  quiet_hours: string[];
  days: string[];
}

/** The days of the week, as the configuration writes them and as one reads them. */
export const DAYS: Readonly<Record<string, string>> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};
const EVERY_DAY = Object.keys(DAYS);
const PHASES = ["open", "close"];

export const EMPTY: ActionDraft = {
  kind: "notify",
  url: "",
  secret: "",
  urls: [""],
  host: "127.0.0.1",
  port: null,
  username: "",
  password: "",
  tls: false,
  topic_prefix: "vedette",
  phases: PHASES,
  minimum_score: 0,
  cooldown_seconds: 0,
  quiet_hours: [],
  days: EVERY_DAY,
};

export function draftOf(settings: Settings): ActionDraft {
  const known = Object.fromEntries(
    Object.keys(EMPTY).flatMap((key) =>
      settings[key] === undefined || settings[key] === null ? [] : [[key, settings[key]]],
    ),
  );
  const draft = { ...EMPTY, ...known };
  // The configuration says nothing of days where it means all of them.
  return { ...draft, days: draft.days.length > 0 ? draft.days : EVERY_DAY };
}

/** As the service takes it: what does not belong to the kind is left out, what is empty is usual again. */
export function settingsOf(draft: ActionDraft): Settings {
  const { kind } = draft;
  const when = {
    ...(kind === "mqtt" ? {} : { phases: draft.phases }),
    minimum_score: draft.minimum_score,
    cooldown_seconds: draft.cooldown_seconds,
    quiet_hours: draft.quiet_hours.map((each) => each.trim()).filter(Boolean),
    days: draft.days.length === EVERY_DAY.length ? [] : EVERY_DAY.filter((day) => draft.days.includes(day)),
  };
  switch (kind) {
    case "notify":
      return { kind, urls: draft.urls.map((each) => each.trim()).filter(Boolean), ...when };
    case "webhook":
      return { kind, url: draft.url.trim(), secret: draft.secret || null, ...when };
    case "mqtt":
      return {
        kind,
        host: draft.host.trim(),
        port: draft.port,
        username: draft.username || null,
        password: draft.password || null,
        tls: draft.tls,
        topic_prefix: draft.topic_prefix.trim(),
        ...when,
      };
    case "log":
      return { kind, ...when };
  }
}

export const isKept = (value: string) => value.includes(MARK);

/** How the services that most people use are written for Apprise. */
export const SERVICES: readonly { name: string; url: string; note: string }[] = [
  {
    name: "ntfy",
    url: "ntfy://ntfy.sh/TOPIC",
    note: "Free app for phones; think of a topic that nobody guesses.",
  },
  { name: "Telegram", url: "tgram://BOT_TOKEN/CHAT_ID", note: "Ask @BotFather for a bot." },
  { name: "Pushover", url: "pover://USER_KEY@APP_TOKEN", note: "" },
  { name: "Signal", url: "signal://HOST:8080/FROM/TO", note: "Through signal-cli-rest-api." },
  { name: "Home Assistant", url: "hassio://HOST/LONG_LIVED_TOKEN", note: "" },
  { name: "E-mail", url: "mailto://USER:PASSWORD@gmail.com", note: "With an app password." },
  { name: "Matrix", url: "matrix://USER:PASSWORD@HOST/#ROOM", note: "" },
  { name: "Discord", url: "discord://WEBHOOK_ID/WEBHOOK_TOKEN", note: "" },
];
