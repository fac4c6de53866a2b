import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import { no } from "#core/result.ts";
import { canonical } from "#gateways/canonical.ts";
import { adaptRequestLog } from "#gateways/zuplo/request-log.ts";

/**
 * What a Zuplo gateway can tell: the events of our policy (examples/gateways/zuplo), posted or in a line of Zuplo's log,
 * and Zuplo's own request log, which knows no usage. docs/gateways/zuplo.md.
 */
export const zuplo: Adapter = {
  gateway: "zuplo",
  version: 1,
  redaction: {
    credential: canonical.redaction.credential,
    content: [...canonical.redaction.content, "requestbody", "responsebody"],
    person: [...canonical.redaction.person, "usersub", "clientip"],
  },
  adapt,
};

function adapt(element: unknown, context: AdaptContext): Adapted {
  if (typeof element !== "object" || element === null || Array.isArray(element))
    return no("not_a_record", "is no JSON object");
  // In a log line the event stands under the policy's name.
  const event = Object.hasOwn(element, "spendtrail")
    ? (element as Record<string, unknown>)["spendtrail"]
    : element;
  if (isEvent(event) || event !== element) return canonical.adapt(event, context);
  return adaptRequestLog(element, context);
}

function isEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "specversion");
}
