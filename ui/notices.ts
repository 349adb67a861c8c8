import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

interface Package {
  name: string;
  version: string;
  license: string;
}

/** Writes `notices.txt` beside the page: whose work the bundle carries, and under which licence. */
export function notices(): Plugin {
  return {
    name: "notices",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle))
        if (chunk.type === "chunk") for (const id of chunk.moduleIds) folders.add(packageFolder(id));
      folders.delete("");
      const source = [...folders].sort().map(notice).join("\n\n\n");
      this.emitFile({ type: "asset", fileName: "notices.txt", source: `${source}\n` });
    },
  };
}

/** The folder below node_modules that a module belongs to; nothing if it is our own. */
function packageFolder(module: string): string {
  const path = module.replace(/^\0/, "").split("?")[0] ?? "";
  if (!path.includes("/node_modules/")) return "";
  for (let folder = dirname(path); folder.includes("/node_modules/"); folder = dirname(folder))
    if (existsSync(join(folder, "package.json")) && described(folder).name) return folder;
  return "";
}

function described(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Package;
}

function notice(folder: string): string {
  const { name, version, license } = described(folder);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} has no file that states its licence.`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
}
