import { z } from "zod";

/** How the store's values arrive in JSON, and what they become. */

/** A whole number of any size: the store writes 64 bits and more as text. */
export const Whole = z.union([z.string().regex(/^-?\d+$/), z.int()]).transform((value) => BigInt(value));

/** `2026-11-01 00:00:00.000` in UTC becomes `2026-11-01T00:00:00.000Z`. */
export const Moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)
  .transform((value) => `${value.replace(" ", "T")}Z`);

/** The store's empty text is "not known". */
export const Known = z.string().transform((value) => (value === "" ? null : value));
