import type { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";

export type RowsFault = "not_json" | "bad_shape" | "named_twice" | "contradicts";

/** Reads a file of settings; every fault names the row and the field. */
export function readRowsFile<Schema extends z.ZodType, Row extends { readonly id: string }>(
  text: string,
  file: {
    readonly schema: Schema;
    readonly rowsOf: (read: z.output<Schema>) => readonly Row[];
    /** What a row is called in a fault. */
    readonly what: string;
    /** What is wrong with rows of which each is right in form; null when nothing is. */
    readonly faultOf: (rows: readonly Row[]) => string | null;
  },
): Result<readonly Row[], RowsFault> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return no("not_json", (error as Error).message);
  }
  const read = file.schema.safeParse(json);
  if (!read.success) {
    const faults = read.error.issues.map(
      (issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`,
    );
    return no("bad_shape", faults.join("\n"));
  }
  const rows = file.rowsOf(read.data);
  const ids = rows.map((row) => row.id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) return no("named_twice", `${file.what} ${twice} is in the file twice`);
  const fault = file.faultOf(rows);
  return fault === null ? ok(rows) : no("contradicts", fault);
}
