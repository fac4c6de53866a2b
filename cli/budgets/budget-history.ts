import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { fieldDifferences } from "#core/budgets/field-differences.ts";

export interface HistoryOptions extends CommonOptions {
  readonly limit: number;
  readonly url?: string;
}

const Value = z.record(z.string(), z.unknown()).nullable();
const Answer = z.looseObject({
  changes: z.array(
    z.looseObject({
      ...{ append_time: z.string(), version: z.int(), outcome: z.string(), detail: z.string().nullable() },
      ...{ actor: z.string().nullable(), reason: z.string().nullable(), before: Value, after: Value },
    }),
  ),
  next_cursor: z.string().nullable(),
});
type Change = z.output<typeof Answer>["changes"][number];

/** Who changed a budget, when and why, with each field before and after. */
export async function budgetHistory(id: string, options: HistoryOptions): Promise<void> {
  const path = `/v1/budgets/${encodeURIComponent(id)}/history`;
  const params = { limit: String(Math.min(options.limit, 500)) };
  const { changes, next_cursor } = Answer.parse(await askApi(path, params, { url: options.url }));
  const told = changes.map((change) => ({
    ...change,
    differences: change.outcome === "applied" ? fieldDifferences(change.before, change.after) : [],
  }));
  screenOf(options).answer({ id, changes: told, has_more: next_cursor !== null }, [
    ...told.flatMap((change) => [
      `${change.append_time}  ${whatOf(change)}, by ${change.actor ?? "-"}: ${change.reason ?? "-"}`,
      ...(change.before === null || change.after === null
        ? []
        : change.differences.map((one) => `    ${one.field}: ${one.before} > ${one.after}`)),
    ]),
    ...(next_cursor === null ? [] : ["There are older ones: --limit shows more."]),
  ]);
}

function whatOf({ outcome, detail, version, before, after }: Change): string {
  if (outcome !== "applied") return `refused (${detail ?? outcome})`;
  return `version ${version} ${after === null ? "removes it" : before === null ? "makes it" : "changes it"}`;
}
