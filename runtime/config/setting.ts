import { z } from "zod";

/** One setting: how its text is read, and what people are told about it. */
export interface Setting<Value> {
  readonly schema: z.ZodType<Value, string>;
  /** The accepted form, for a fault and for the page. */
  readonly accepts: string;
  readonly about: string;
  /** Read when nothing is given; the text as one would write it. Absent: the setting is then undefined. */
  readonly fallback?: string;
  /** Never shown; can also be given as a file by `<NAME>_FILE`. */
  readonly secret?: true;
  /** Not secret, but can be given as a file too (certificates). */
  readonly file?: true;
  /** A sentence on when it is required, for the page. */
  readonly required?: string;
}

/** The value's type of a declared setting: with a fallback it is always there. */
export type SettingValue<S> =
  S extends Setting<infer Value> ? (S extends { fallback: string } ? Value : Value | undefined) : never;

/** Keeps the exact type of a declaration, so that a fallback makes the value's type certain. */
export function setting<Value, const Rest extends Omit<Setting<Value>, "schema">>(
  schema: z.ZodType<Value, string>,
  rest: Rest,
): Setting<Value> & Rest {
  return { schema, ...rest };
}

export const text = z.string().min(1).max(4096);

/** An identifier that can stand in SQL and XML unquoted: ClickHouse users and databases. */
export const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/);

export const topicName = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,249}$/)
  .refine((name) => name !== "." && name !== "..");

export const flag = z.enum(["true", "false"]).transform((word) => word === "true");

export const url = z.string().refine((value) => {
  const parsed = URL.parse(value);
  return parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:");
});

/** A whole number in decimal digits, both bounds inclusive. */
export function whole(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max);
}

/** `a:9092,b:9092` as a list. */
export const brokerList = z
  .string()
  .transform((value) => value.split(",").map((part) => part.trim()))
  .refine((parts) => parts.every(isHostPort));

function isHostPort(part: string): boolean {
  const match = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(part);
  const port = Number(match?.[1]);
  return match !== null && port >= 1 && port <= 65_535;
}
