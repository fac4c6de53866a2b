import type { TestProject } from "vitest/node";
import { type Installed, installAlertmanager } from "#test/alertmanager/install.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A real Alertmanager, or why there is none. */
    alertmanager: Installed | { readonly missing: string };
  }
}

/** Installs it before the first test, and says what there is. */
export default async function setup(project: TestProject): Promise<void> {
  const found = await installAlertmanager();
  if (typeof found === "string") {
    process.stderr.write(`\nSKIPPED: alerts taken by a real Alertmanager: ${found}.\n\n`);
    project.provide("alertmanager", { missing: found });
    return;
  }
  process.stderr.write(`Alertmanager ${found.version} (${found.path})\n`);
  project.provide("alertmanager", found);
}
