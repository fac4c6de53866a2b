import type { TestProject } from "vitest/node";
import { type PythonNeeds, pythonEnvironment } from "#test/real/python-environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter that has the readers of exports, or why there is none. */
    readers: { readonly path: string } | { readonly missing: string };
  }
}

/** The validator 1.0.0 wants a numpy before 2, which there is up to Python 3.12. */
const READERS: PythonNeeds = {
  requirements: "test/focus/requirements.txt",
  constraints: "test/focus/constraints.txt",
  cache: "export-readers",
  minorMin: 10,
  minorMax: 12,
};

/** Installs the validator and the readers before the first test and says what they are and how long it took. */
export default async function setup(project: TestProject): Promise<void> {
  const startedMs = performance.now();
  const found = await pythonEnvironment(READERS);
  if (typeof found === "string") {
    process.stderr.write(`\nSKIPPED: FOCUS by its validator, exports by DuckDB and pandas: ${found}.\n\n`);
    project.provide("readers", { missing: found });
    return;
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const how = found.wasCached ? "found in the cache" : "installed";
  process.stderr.write(`${how} in ${seconds} s: ${found.installed.join(", ")}\n`);
  project.provide("readers", { path: found.python });
}
