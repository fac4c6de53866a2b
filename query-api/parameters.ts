import { z } from "zod";

const VALUES_MAX = 100;

/** A parameter that may be given several times: one of the values matches. An empty value is "not known". */
export const manyOf = (description: string) =>
  z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      z.array(z.string().max(512)).max(VALUES_MAX),
    )
    .optional()
    .describe(description);

/** A page's size. */
export const pageSize = (max: number, initial: number) =>
  z
    .preprocess(wholeNumber, z.int().min(1).max(max).default(initial))
    .describe(`How many rows a page has, at most ${max}.`);

/** A whole number as it stands in an address; anything else stays text and is refused by the type. */
function wholeNumber(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

export const cursorParameter = z
  .string()
  .min(1)
  .max(4096)
  .optional()
  .describe("`next_cursor` of the page before. It works for the same question and the same key only.");

export const zone = z
  .string()
  .max(64)
  .default("UTC")
  .describe(
    "IANA time zone, such as `Europe/Berlin`: of days, weeks and months, and of dates in `from` and `to`.",
  );

export const from = z
  .string()
  .max(40)
  .describe(
    "Start, included: an instant (`2026-11-01T00:00:00Z`) or a date (`2026-11-01`: its start in `tz`).",
  );
export const to = z
  .string()
  .max(40)
  .optional()
  .describe("End, excluded: an instant or a date (its start in `tz`). Absent: now.");
