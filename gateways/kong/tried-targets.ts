import { claimed } from "#gateways/field-reader.ts";
import type { AiBlock } from "#gateways/kong/record.ts";

/** How many upstreams were tried for one request: the AI balancer's list, else nginx's. */
export function attemptsOf(ai: AiBlock | null, tries: unknown): number | null {
  for (const list of [ai?.tried_targets, tries]) {
    if (Array.isArray(list) && list.length > 0 && list.length <= 1000) return list.length;
  }
  return null;
}

/** The host of the target that was tried last, which is the one that answered. */
export function lastTargetHost(ai: AiBlock | null): string | null {
  const targets = ai?.tried_targets;
  const last: unknown = Array.isArray(targets) ? targets.at(-1) : null;
  return typeof last === "object" && last !== null && "host" in last ? claimed(last.host) : null;
}
