import type { z } from "zod";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";
import { quickShape, UNTOLD } from "#gateways/quick-shape.ts";

/** A record as its gateway's schema reads it, other members left in; the fault names the first member that is of the wrong shape. */
export function shaped<Shape extends z.ZodType>(
  schema: Shape,
  record: unknown,
): Result<z.output<Shape>, RejectReason> {
  if (!isObject(record)) return no("not_a_record", "is no JSON object");
  const quick = quickShape(schema)(record);
  if (quick !== UNTOLD) return ok(quick as z.output<Shape>);
  const read = schema.safeParse(record);
  if (read.success) return ok(read.data);
  const issue = read.error.issues[0];
  const where = issue?.path.join(".") || "the record";
  return no("bad_shape", `${where}: ${issue?.message ?? "is of the wrong shape"}`);
}

/** A part of a record as its schema reads it, other members left in; null where it does not fit. */
export function fitting<Shape extends z.ZodType>(schema: Shape, part: unknown): z.output<Shape> | null {
  const quick = quickShape(schema)(part);
  if (quick !== UNTOLD) return quick as z.output<Shape>;
  const read = schema.safeParse(part);
  return read.success ? read.data : null;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
