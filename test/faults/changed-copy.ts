import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** One textual change of a file of the tree. */
export interface Change {
  readonly file: string;
  readonly text: string;
  readonly becomes: string;
}

const LEFT_OUT = ["node_modules", ".git", ".spendtrail"];

/**
 * A copy of a tree in a temporary folder, with changes: another version of the product. The caller removes it. A text
 * that is not there exactly once is an error: a guard that moved must not pass for one that was taken out.
 */
export function changedCopy(changes: readonly Change[], tree = "."): string {
  const root = mkdtempSync(join(tmpdir(), "spendtrail-changed-"));
  const left = new Set(LEFT_OUT.map((folder) => resolve(tree, folder)));
  cpSync(tree, root, { recursive: true, filter: (from) => !left.has(resolve(from)) });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
  for (const { file, text, becomes } of changes) {
    const path = join(root, file);
    const source = readFileSync(path, "utf8");
    if (source.split(text).length !== 2) throw new Error(`${file} has not exactly once: ${text}`);
    writeFileSync(
      path,
      source.replace(text, () => becomes),
    );
  }
  return root;
}
