import { createReadStream, globSync, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { splitCsv } from "#cli/import/csv-elements.ts";
import { inflated, NotInflatable } from "#cli/import/inflated.ts";
import type { Input, Portion } from "#cli/import/input.ts";
import { NotElements } from "#cli/import/json-elements.ts";
import type { Format } from "#cli/import/options.ts";
import { splitJson } from "#cli/import/split-json.ts";
import { failure } from "#core/failure.ts";

const READ_BYTES = 512 * 1024;

/**
 * The files that a path or a pattern names, in the order of their names. A path that is there is that file, whatever
 * characters it holds.
 * @throws failure FILE_UNREADABLE, IMPORT_NOTHING_FOUND
 */
export function fileInputs(pattern: string, format: Format): readonly Input[] {
  const literal = statOf(pattern);
  if (literal === "file") return [fileInput(pattern, format)];
  if (literal === "folder")
    throw failure("FILE_UNREADABLE", {
      file: pattern,
      reason: "It is a folder; name the files, such as 'folder/*.jsonl.gz'.",
    });
  if (!/[*?[{]/.test(pattern))
    throw failure("FILE_UNREADABLE", { file: pattern, reason: "It is not there." });
  const files = globSync(pattern)
    .filter((path) => statOf(path) === "file")
    .sort();
  if (files.length === 0) throw failure("IMPORT_NOTHING_FOUND", { what: `the pattern ${pattern}` });
  return files.map((path) => fileInput(path, format));
}

function fileInput(path: string, format: Format): Input {
  return {
    name: path,
    id: null,
    isFinal: false,
    isOrdered: true,
    read: () => readElements(path, () => createReadStream(path, { highWaterMark: READ_BYTES }), format),
  };
}

/**
 * The elements of a byte stream. Faults of its content are told with the name of what was read.
 * @throws failure FILE_UNREADABLE
 */
export async function* readElements(
  name: string,
  open: () => Readable | Promise<Readable>,
  format: Format,
): AsyncGenerator<Portion> {
  const isCsv = format === "csv" || (format === "auto" && /\.csv(\.gz|\.zst)?$/i.test(name));
  try {
    const bytes = inflated(await open());
    yield* isCsv ? splitCsv(bytes) : splitJson(bytes);
  } catch (error) {
    if (error instanceof NotElements || error instanceof NotInflatable)
      throw failure("FILE_UNREADABLE", { file: name, reason: `It ${error.message}.` }, error);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EIO" || code === "ENOENT")
      throw failure("FILE_UNREADABLE", { file: name, reason: (error as Error).message }, error);
    throw error;
  }
}

function statOf(path: string): "file" | "folder" | null {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? "folder" : "file";
  } catch {
    return null;
  }
}
