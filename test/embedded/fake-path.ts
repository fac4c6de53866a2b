import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * An environment whose PATH holds the named programs and nothing else: a script's text, or the path of a real
 * program to link to.
 */
export function envWithOnly(programs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const bin = join(mkdtempSync(join(tmpdir(), "spendtrail-path-")), "bin");
  mkdirSync(bin);
  for (const [name, what] of Object.entries(programs)) {
    const file = join(bin, name);
    if (what.startsWith("/")) symlinkSync(what, file);
    else {
      writeFileSync(file, `#!/bin/sh\n${what}\n`);
      chmodSync(file, 0o755);
    }
  }
  return { PATH: bin };
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), "spendtrail-embedded-"));
}
