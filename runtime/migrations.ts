import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { failure } from "#core/failure.ts";
import { splitStatements } from "#runtime/split-statements.ts";

/** One numbered SQL file. */
export interface Migration {
  readonly number: number;
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly statements: readonly string[];
}

/**
 * The files of a folder in order: `NNNN_name.sql`, unique and ascending. Gaps are refused only inside a block of
 * ten, because subjects get blocks of their own (0001 tables, 0010 views, …) while the project is built.
 *
 * @throws failure MIGRATIONS_MISNUMBERED naming the files
 */
export function readMigrations(dir: string): readonly Migration[] {
  const files = readdirSync(dir)
    .filter((file) => file.endsWith(".sql"))
    .sort();
  if (files.length === 0) throw failure("MIGRATIONS_MISNUMBERED", { dir, reason: "there are none" });
  let previous = { number: 0, file: "" };
  return files.map((file) => {
    const number = numberOf(file, dir);
    if (number === previous.number)
      throw failure("MIGRATIONS_MISNUMBERED", {
        dir,
        reason: `${previous.file} and ${file} have the same number`,
      });
    if (number !== previous.number + 1 && number % BLOCK !== 0)
      throw failure("MIGRATIONS_MISNUMBERED", {
        dir,
        reason: `${file} follows ${previous.file || "nothing"}, so a number between them is missing`,
      });
    previous = { number, file };
    const bytes = readFileSync(join(dir, file));
    return {
      number,
      file,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      statements: splitStatements(bytes.toString("utf8")),
    };
  });
}

const BLOCK = 10;

function numberOf(file: string, dir: string): number {
  const match = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(file);
  if (match === null)
    throw failure("MIGRATIONS_MISNUMBERED", { dir, reason: `${file} is not named NNNN_name.sql` });
  return Number(match[1]);
}
