import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { type PythonNeeds, pythonEnvironment } from "#test/real/python-environment.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The interpreter that has DuckDB, pandas and openpyxl, or why there is none. */
    tables: { readonly path: string } | { readonly missing: string };
    /** LibreOffice's command, or why there is none. */
    office: { readonly path: string } | { readonly missing: string };
  }
}

const TABLES: PythonNeeds = {
  requirements: "test/readers/requirements.txt",
  constraints: "test/readers/constraints.txt",
  cache: "table-readers",
  minorMin: 11,
  minorMax: 13,
};
const VERSION_BOUND_MS = 60_000;

/** Installs the readers before the first test, looks for LibreOffice, and says what there is. */
export default async function setup(project: TestProject): Promise<void> {
  const found = await pythonEnvironment(TABLES);
  if (typeof found === "string") {
    process.stderr.write(
      `\nSKIPPED: exports read by DuckDB, pandas, openpyxl and LibreOffice: ${found}.\n\n`,
    );
    project.provide("tables", { missing: found });
  } else {
    process.stderr.write(
      `${found.wasCached ? "found in the cache" : "installed"}: ${found.installed.join(", ")}\n`,
    );
    project.provide("tables", { path: found.python });
  }
  const version = await promisify(execFile)("soffice", ["--version"], { timeout: VERSION_BOUND_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  if (version === null) {
    process.stderr.write("\nSKIPPED: exports opened by LibreOffice: no soffice on the PATH.\n\n");
    project.provide("office", { missing: "no soffice on the PATH" });
    return;
  }
  process.stderr.write(`${version}\n`);
  project.provide("office", { path: "soffice" });
}
