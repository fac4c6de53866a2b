import type { Money } from "#core/money.ts";
import type { InvoiceLine } from "#core/reconcile/invoice.ts";
import { type OurRow, sumOurs } from "#core/reconcile/ours.ts";
import { splitInProportion } from "#core/split-in-proportion.ts";

/**
 * Web searches that the document bills in one line a day without a model, laid to the models that searched on that day,
 * in proportion to how often: our cost of a model has its searches in it. Where we know of none, the line stays as it is.
 */
export function placeSearches(
  lines: readonly InvoiceLine[],
  ours: readonly OurRow[],
): readonly InvoiceLine[] {
  return lines.flatMap((line) => {
    if (line.modelWritten !== null || line.meter !== "web_search_requests" || line.costUsd === null)
      return [line];
    const ofDay = ours.filter(
      ({ day, platform, meters }) =>
        day === line.day &&
        meters.web_search_requests > 0n &&
        (line.platform === null || platform === line.platform),
    );
    const byModel = [...Map.groupBy(ofDay, ({ model }) => model)];
    if (byModel.length === 0) return [line];
    const shares = splitInProportion(
      line.costUsd,
      byModel.map(([, rows]) => sumOurs(rows).meters.web_search_requests),
    );
    return byModel.map(([model], at) => ({
      ...line,
      modelWritten: model,
      model,
      costUsd: (shares[at] ?? 0n) as Money,
    }));
  });
}
