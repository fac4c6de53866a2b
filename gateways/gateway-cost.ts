import type { ResponseData } from "#core/event-data.ts";
import { gatewayAmount } from "#core/gateway-amount.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

/**
 * The gateway's own figure. LiteLLM and Kong write 0 where they know no price, so 0 is "not known", except for a
 * reply from a cache, which did cost nothing.
 */
export function gatewayCost(
  value: unknown,
  wasCached: boolean,
  fields: FieldReader,
): ResponseData["gateway_cost"] {
  if (value === null || value === undefined) return null;
  const amount = gatewayAmount(value);
  if (!amount.ok) return fields.fail(amount.reason, `the gateway's cost: ${amount.detail}`);
  return amount.value === "0" && !wasCached ? null : { amount: amount.value, currency: "USD" };
}
