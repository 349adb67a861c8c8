export type Theme = "light" | "dark" | "system";

const KEPT = "vedette-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Light, dark, or as the device is set; kept in this browser. */
class ThemeChoice {
  chosen = $state<Theme>(kept());
  #isDark = $state(dark.matches);

  constructor() {
    dark.addEventListener("change", () => (this.#isDark = dark.matches));
  }

  get shown(): "light" | "dark" {
    return this.chosen === "system" ? (this.#isDark ? "dark" : "light") : this.chosen;
  }

  choose(theme: Theme): void {
    this.chosen = theme;
    try {
      localStorage.setItem(KEPT, theme);
    } catch {
      // A browser that keeps nothing shows it until the page is closed.
    }
  }
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(KEPT);
    return found === "light" || found === "dark" ? found : "system";
  } catch {
    return "system";
  }
}

export const theme = new ThemeChoice();
