import { ask } from "../api/ask";

interface Field {
  description?: string;
  default?: unknown;
}

type Definitions = Record<string, { properties?: Record<string, Field> }>;

/** The settings' own descriptions, as hints for forms. */
class Schema {
  #definitions = $state.raw<Definitions>({});
  #isAsked = false;

  /** Of a field of a class of settings (`RtspSettings`, `url`); empty until it is known. */
  hint(settings: string, field: string): string {
    this.#load();
    return this.#definitions[settings]?.properties?.[field]?.description ?? "";
  }

  #load(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    ask<{ $defs: Definitions }>("/api/v1/configuration/schema").then(
      (schema) => (this.#definitions = schema.$defs),
      () => (this.#isAsked = false),
    );
  }
}

export const schema = new Schema();
