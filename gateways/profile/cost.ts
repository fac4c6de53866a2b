import type { ResponseData } from "#core/event-data.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";

/** The gateway's own figure. No gateway of a profile says 0 where it knows: 0 is "not known". */
export function readCost(
  map: FieldMap["cost"],
  wasCached: boolean,
  record: RecordReader,
  fields: FieldReader,
): ResponseData["gateway_cost"] {
  const value = record.get(map?.amount);
  const cost = gatewayCost(map?.unit === "cents" ? inWhole(value) : value, wasCached, fields);
  const currency = record.get(map?.currency);
  if (cost === null || currency === undefined) return cost;
  if (typeof currency === "string" && /^[A-Z]{3}$/.test(currency)) return { ...cost, currency };
  return fields.fail("bad_currency", "the currency of the gateway's cost is not three capital letters");
}

/** Cents as text of whole units, by the exponent: nothing is divided, so nothing is rounded. */
function inWhole(value: unknown): unknown {
  const match = /^([^eE]*)(?:[eE]([+-]?\d{1,3}))?$/.exec(String(value).trim());
  if ((typeof value !== "number" && typeof value !== "string") || match === null) return value;
  return `${match[1]}e${Number(match[2] ?? 0) - 2}`;
}
