import { z } from "zod";

/** Shapes that answers share. Counts are JSON integers written digit by digit, however large. */
export const Integer = z.bigint().describe("A whole number, exact; sums may exceed 2^53.");

export const Amount = z
  .object({
    amount: z.string().describe("A decimal number, exact to 1e-12."),
    currency: z.string().describe("ISO 4217."),
  })
  .meta({ id: "Amount", description: "Money, never a float." });
export type Amount = z.infer<typeof Amount>;

/** With which knowledge an answer with money was made. */
export const Standing = {
  as_of: z.string().describe("When the answer was made."),
  data_until: z
    .string()
    .nullable()
    .describe(
      "The arrival time at Kafka of the newest record that is counted. null: nothing was counted yet.",
    ),
  settings_offset: Integer.describe("The offset in the settings log that the API knew. -1: no setting yet."),
};

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("Stable; docs/errors.md says what to do."),
    detail: z.string(),
    request_id: z.string(),
    faults: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("Every fault of the request."),
  })
  .meta({ id: "Problem", description: "A problem document (RFC 9457)." });
export type Problem = z.infer<typeof Problem>;

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

/** What every route that takes a key may answer besides its own. */
export const problems = {
  400: problem("The request has faults; all are named."),
  401: problem("No key, or none that is valid."),
  403: problem("The key's role may not do this."),
  422: problem("More was asked for than is allowed, or the store's limits were reached."),
  429: problem("Too many queries of this key are running."),
  500: problem("Our fault; only the request id is told."),
  503: problem("The store or the log cannot be reached."),
  504: problem("The store took too long."),
};
export const notFound = { 404: problem("There is no such thing, or the key does not see it.") };
export const conflict = { 409: problem("Somebody else changed it first.") };
