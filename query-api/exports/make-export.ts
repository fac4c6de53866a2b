import { createHash } from "node:crypto";
import { FORMAT_OF } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { Contents, Manifest } from "#query-api/exports/manifest.ts";
import { createTally } from "#query-api/exports/tally.ts";

/**
 * The bytes of an export, piece by piece, and at the end its manifest. A piece is made when the one before was taken,
 * so an export of any size holds a page of rows.
 */
export async function* makeExport(plan: ExportPlan): AsyncGenerator<Buffer, Manifest, undefined> {
  const writer = FORMAT_OF[plan.format].writer(plan.columns, plan.summaryBy);
  const tally = createTally(plan.columns, plan.summaryBy);
  const hash = createHash("sha256");
  let bytes = 0;
  const noted = (piece: Buffer) => {
    hash.update(piece);
    bytes += piece.length;
    return piece;
  };
  let unpriced = 0n;
  yield noted(writer.begin());
  for await (const page of plan.pages()) {
    tally.add(page);
    for (const cells of page) unpriced += plan.unpricedOf?.(cells) ?? 0n;
    const piece = writer.rows(page);
    if (piece.length > 0) yield noted(piece);
  }
  unpriced += (await plan.unpricedBeside?.()) ?? 0n;
  const { pin, scope } = plan;
  const contents: Contents = {
    export: plan.export,
    format: plan.format,
    query: plan.query,
    teams: scope.kind === "all" ? null : [...scope.teams],
    as_of: pin.asOf,
    data_until: pin.dataUntil,
    settings_offset: pin.settingsOffset.toString(),
    periods: [...pin.periods],
    columns: plan.columns.map(({ name }) => name),
    row_count: tally.rows,
    sums: tally.sums(),
    currency: "USD",
    unpriced_calls: unpriced.toString(),
  };
  yield noted(writer.end(contents, tally.groups()));
  return { ...contents, bytes, sha256: hash.digest("hex") };
}
