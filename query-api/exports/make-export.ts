import { createHash } from "node:crypto";
import { formatMoney, type Money } from "#core/money.ts";
import { addAside, NOTHING_ASIDE } from "#query-api/exports/aside.ts";
import { sumOfParts } from "#query-api/exports/charges/booked-charges.ts";
import { FORMAT_OF } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { Contents, Manifest } from "#query-api/exports/manifest.ts";
import { createTally } from "#query-api/exports/tally.ts";
import { storedMoney } from "#query-api/stored-money.ts";

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
  let aside = NOTHING_ASIDE;
  yield noted(writer.begin());
  for await (const page of plan.pages()) {
    tally.add(page);
    if (plan.asideOf !== undefined) for (const cells of page) aside = addAside(aside, plan.asideOf(cells));
    const piece = writer.rows(page);
    if (piece.length > 0) yield noted(piece);
  }
  if (plan.aside !== undefined) aside = addAside(aside, await plan.aside());
  const { pin, scope } = plan;
  const sums = tally.sums();
  const charges = sumOfParts((await plan.charges?.()) ?? []);
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
    sums,
    currency: "USD",
    calls_cost: formatMoney((storedMoney(sums[plan.cost] ?? "0") - charges.cost) as Money),
    charges: charges.count.toString(),
    charges_cost: formatMoney(charges.cost),
    unpriced_calls: aside.unpricedCalls.toString(),
    gateway_calls: aside.gatewayCalls.toString(),
    gateway_cost: formatMoney(aside.gatewayCost as Money),
  };
  yield noted(writer.end(contents, tally.groups()));
  return { ...contents, bytes, sha256: hash.digest("hex") };
}
