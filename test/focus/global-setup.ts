import type { TestProject } from "vitest/node";
import { type PythonNeeds, pythonEnvironment } from "#test/real/python-environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter that has the validator 1.0.0, or why there is none. */
    readers: { readonly path: string } | { readonly missing: string };
    /** The interpreter for the checkout of validator 2.x that `FOCUS_VALIDATOR_SRC` names, or why there is none. */
    validator2: { readonly path: string; readonly source: string } | { readonly missing: string };
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

/** Validator 2.x is not on PyPI; what it needs is. It asks for Python 3.12 and a numpy before 2. */
const VALIDATOR_2: PythonNeeds = {
  requirements: "test/focus/validator-2.requirements.txt",
  constraints: "test/focus/validator-2.constraints.txt",
  cache: "focus-validator-2",
  minorMin: 12,
  minorMax: 12,
};

/** Installs the validators before the first test and says what they are and how long it took. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide("validator2", await validator2(process.env["FOCUS_VALIDATOR_SRC"]));
  const startedMs = performance.now();
  const found = await pythonEnvironment(READERS);
  if (typeof found === "string") {
    process.stderr.write(`\nSKIPPED: FOCUS by its validator: ${found}.\n\n`);
    project.provide("readers", { missing: found });
    return;
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const how = found.wasCached ? "found in the cache" : "installed";
  process.stderr.write(`${how} in ${seconds} s: ${found.installed.join(", ")}\n`);
  project.provide("readers", { path: found.python });
}

async function validator2(source: string | undefined) {
  const python = source
    ? await pythonEnvironment(VALIDATOR_2)
    : "FOCUS_VALIDATOR_SRC names no checkout of it";
  if (source && typeof python !== "string") return { path: python.python, source };
  const missing = typeof python === "string" ? python : "";
  process.stderr.write(`\nSKIPPED: FOCUS 1.2 by validator 2.x: ${missing}.\n\n`);
  return { missing };
}
