import { no, type Result } from "#core/result.ts";
import { ChargeSetting, chargeDifferences, chargeRule } from "#core/settings/charge.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import { firstRepeated } from "#core/table/first-repeated.ts";
import { instantText, readTable, type TableRow } from "#core/table/read-table.ts";

/** Columns of a file of charges. */
export const CHARGE_COLUMNS = [
  ...["id", "kind", "vendor", "description", "from", "to", "amount", "currency"],
  ...["team", "cost_center", "split", "corrects", "note"],
] as const;

/** Reads the rows of a CSV of charges; each keeps the file's hash and its line. */
export function readChargeRows(
  rows: readonly TableRow[],
  fileSha256: string,
): Result<readonly ChargeSetting[]> {
  const read = readTable(rows, {
    columns: CHARGE_COLUMNS,
    needed: ["id", "kind", "vendor", "description", "from", "to", "amount"],
    schema: ChargeSetting,
    fieldsOf: (cell, { line }) => ({
      ...Object.fromEntries(CHARGE_COLUMNS.map((name) => [name, cell(name)])),
      from: instantText(cell("from")),
      to: instantText(cell("to")),
      file_sha256: fileSha256,
      line,
    }),
  });
  if (!read.ok) return read;
  const twice = firstRepeated(read.value.map(({ id }) => id));
  return twice === undefined ? read : no("named_twice", `charge ${twice} is in the file twice`);
}

type Known = Pick<SettingsState, "charges" | "splitRules">;

/**
 * What has to come in so that these charges are on record. One that is there already is the same, whichever file it
 * comes in again; what corrects another comes behind it.
 */
export function planCharges({ charges }: Known, wanted: readonly ChargeSetting[]): ImportPlan {
  const settled = wanted.map((charge) => {
    const known = charges.get(charge.id)?.value;
    return known !== undefined && chargeDifferences(known, charge).length === 0 ? known : charge;
  });
  const turnOf = ({ corrects }: ChargeSetting) => (corrects === null ? 0 : 1);
  return planImport(
    "charge",
    charges,
    settled.toSorted((a, b) => turnOf(a) - turnOf(b)),
  );
}

/** Why these charges must not come in; null when they may. */
export function chargeRefusal(state: Known, wanted: readonly ChargeSetting[]): string | null {
  const charges = new Map<string, Versioned<ChargeSetting>>(state.charges);
  for (const { after } of planCharges(state, wanted).changes) {
    const charge = after as ChargeSetting;
    const broken = chargeRule({ ...state, charges }, charge, charges.get(charge.id)?.value ?? null);
    if (broken !== null) return broken;
    charges.set(charge.id, { version: 0, offset: -1n, value: charge });
  }
  return null;
}
