import { z } from "zod";
import { PeriodStatus } from "#query-api/exports/period-status.ts";

/** What is beside an exported file, so that whoever gets it can check it and ask for it again. */
export const Manifest = z
  .object({
    export: z.string().describe("Which export: `costs`, `focus`, `journal`."),
    format: z.string(),
    query: z
      .record(z.string(), z.unknown())
      .describe("Everything that was asked for, `as_of` included: the same again gives the same bytes."),
    teams: z
      .array(z.string())
      .nullable()
      .describe("The teams that the key sees; null: all. A file of some teams is no file of the company."),
    as_of: z.string().describe("Only what was written by then is in the file."),
    data_until: z
      .string()
      .nullable()
      .describe("The arrival time at Kafka of the newest record that was counted by `as_of`."),
    settings_offset: z
      .string()
      .describe("The newest settings that a record counted by `as_of` was rated with; -1: none."),
    periods: z
      .array(PeriodStatus)
      .describe("The accounting periods that the range reaches into, as they were at `as_of`."),
    columns: z.array(z.string()),
    row_count: z.int(),
    sums: z
      .record(z.string(), z.string())
      .describe("The sums of the file's columns as decimal strings; a column that no row states is absent."),
    currency: z.literal("USD"),
    calls_cost: z.string().describe("What the rows of calls come to, without what is no call."),
    charges: z.string().describe("How many charges that are no call have rows; docs/charges.md."),
    charges_cost: z
      .string()
      .describe("What those rows come to. With `calls_cost` it is the sum of the file."),
    unpriced_calls: z.string().describe("Calls, or parts of calls, that are in no cost."),
    gateway_calls: z
      .string()
      .describe(
        "Calls, or parts of calls, at the gateway's own figure, which the cost of `/v1/costs` leaves out.",
      ),
    gateway_cost: z
      .string()
      .describe(
        "What they come to: in the sums of calls, days and FOCUS rows, and beside those of a journal, which does not book it.",
      ),
    bytes: z.int(),
    sha256: z.string().describe("Of the file's bytes, in hex."),
  })
  .meta({ id: "ExportManifest", description: "What an exported file holds." });
export type Manifest = z.infer<typeof Manifest>;

/** What is known before the last byte is written; an XLSX file carries it in a sheet. */
export type Contents = Omit<Manifest, "bytes" | "sha256">;
