import { z } from "zod";
import { Paths } from "#core/mapping/path.ts";

const Scalar = z.union([z.string().max(256), z.number(), z.boolean()]);
const TESTS = ["equals", "one_of", "exists", "at_least", "below", "starts_with"] as const;

/** A test of one value. Numbers and their digits, true and "true", are the same: gateways mix them. */
export const Condition = z
  .strictObject({
    path: Paths.describe("Where the value lies."),
    equals: Scalar.optional().describe("It is this value."),
    one_of: z.array(Scalar).min(1).max(64).optional().describe("It is one of these values."),
    exists: z
      .boolean()
      .optional()
      .describe(
        'true: there is a value (null, `""` and the profile\'s `absent` are none); false: there is none.',
      ),
    at_least: z.number().optional().describe("It is a number from this one on."),
    below: z.number().optional().describe("It is a number below this one."),
    starts_with: z.string().min(1).max(256).optional().describe("It is text that begins so."),
  })
  .refine((condition) => TESTS.some((test) => condition[test] !== undefined), {
    message: `needs one of ${TESTS.join(", ")}`,
  });
export type Condition = z.infer<typeof Condition>;

export const Conditions = z.array(Condition).max(16).default([]);
