import { z } from "zod";

/** Lua knows one empty table: what is an empty object to us may come as `[]`. */
export function luaTable<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (value) => (Array.isArray(value) && value.length === 0 ? undefined : value),
    z.object(shape).nullish(),
  );
}

/** Headers as a table of Lua's; anything else is none. */
export const luaHeaders = z.preprocess(
  (value) => (Array.isArray(value) ? undefined : value),
  z.record(z.string(), z.unknown()).nullish(),
);
