import type { Component } from "svelte";
import type { IconName } from "./parts/Icon.svelte";

/** The pages: what each is called, and where its code is. A page's code is loaded when it is first opened. */
export interface Place {
  page: string;
  name: string;
  icon: IconName;
  /** Only admins have a use for it. */
  forAdmins: boolean;
  load: () => Promise<{ default: Component }>;
}

export const PLACES: readonly Place[] = [
  { page: "live", name: "Live", icon: "live", forAdmins: false, load: () => import("./live/Live.svelte") },
  {
    page: "teach",
    name: "Teach",
    icon: "teach",
    forAdmins: true,
    load: () => import("./teach/Teach.svelte"),
  },
  {
    page: "events",
    name: "Events",
    icon: "events",
    forAdmins: false,
    load: () => import("./events/Events.svelte"),
  },
  { page: "why", name: "Why", icon: "why", forAdmins: false, load: () => import("./why/Why.svelte") },
  {
    page: "setup",
    name: "Set-up",
    icon: "setup",
    forAdmins: true,
    load: () => import("./setup/SetUp.svelte"),
  },
  {
    page: "system",
    name: "System",
    icon: "system",
    forAdmins: false,
    load: () => import("./system/System.svelte"),
  },
  {
    page: "people",
    name: "People",
    icon: "people",
    forAdmins: false,
    load: () => import("./people/People.svelte"),
  },
];

/** How many stand in a phone's bar before `More`. */
export const IN_BAR = 4;
