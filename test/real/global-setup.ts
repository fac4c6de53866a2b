import type { TestProject } from "vitest/node";
import { pythonEnvironment } from "#test/real/python-environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter that has the real programs, or why there is none. */
    python: { readonly path: string } | { readonly missing: string };
  }
}

/** Installs the real programs before the first test and says what they are and how long it took. */
export default async function setup(project: TestProject): Promise<void> {
  const startedMs = performance.now();
  const found = await pythonEnvironment();
  if (typeof found === "string") {
    process.stderr.write(`\nSKIPPED: all tests that need Python, among them LiteLLM's: ${found}.\n\n`);
    project.provide("python", { missing: found });
    return;
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const how = found.wasCached ? "found in the cache" : "installed";
  process.stderr.write(`${how} in ${seconds} s: ${found.installed.join(", ")}\n`);
  project.provide("python", { path: found.python });
}
