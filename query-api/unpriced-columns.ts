import type { CsvColumn } from "#query-api/csv.ts";
import { COST_METERS } from "#query-api/queries/costs.ts";
import type { UnpricedGroup } from "#query-api/unpriced-answer.ts";

type Cell = bigint | string | null;
const text = (name: string, value: (row: UnpricedGroup) => Cell): CsvColumn<UnpricedGroup> => ({
  name,
  kind: "text",
  cell: (row) => value(row)?.toString() ?? null,
});
const figure = (name: string, value: (row: UnpricedGroup) => Cell): CsvColumn<UnpricedGroup> => ({
  ...text(name, value),
  kind: "figure",
});

/** What has no price as CSV. Several teams or regions stand in one cell, a semicolon between them. */
export const UNPRICED_COLUMNS: readonly CsvColumn<UnpricedGroup>[] = [
  text("platform", (row) => row.platform),
  text("model", (row) => row.model),
  text("model_canonical", (row) => row.model_canonical),
  text("source", (row) => row.source),
  text("cost_note", (row) => row.cost_note),
  text("service_tier", (row) => row.service_tier),
  text("speed", (row) => row.speed),
  text("regions", (row) => row.regions.join(";")),
  figure("items", (row) => row.items),
  figure("calls", (row) => row.calls),
  ...COST_METERS.map((name) => figure(name, (row) => row[name])),
  figure("first_seen", (row) => row.first_seen),
  figure("last_seen", (row) => row.last_seen),
  figure("gateway_cost_usd", (row) => row.gateway_cost?.amount ?? null),
  figure("gateway_items", (row) => row.gateway_items),
  figure("other_currency_items", (row) => row.other_currency_items),
  text("teams", (row) => row.teams.map((team) => team ?? "").join(";")),
  figure("teams_affected", (row) => row.teams_affected),
  figure("sample_event", (row) => row.sample_event),
  text("what_to_do", (row) => row.what_to_do),
];
