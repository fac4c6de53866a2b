import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IMPORT = /(?:^|[\s;])(?:import|export)\s(?!type\s)(?:[^"';]*?\sfrom\s)?"([^"]+)"|import\("([^"]+)"\)/g;

/** Our files that a program may load, by following its imports, and the packages that these name. */
export function reachableFrom(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, from, dynamic] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const name = from ?? dynamic ?? "";
      if (name.startsWith("#")) open.push(name.slice(1));
      else if (name.startsWith(".")) open.push(join(dirname(file), name));
      else if (!name.startsWith("node:")) packages.add(packageOf(name));
    }
  }
  return { files: [...files].filter((file) => /\.(ts|mjs)$/.test(file)), packages: [...packages] };
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
