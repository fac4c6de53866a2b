import { failure } from "#core/failure.ts";
import type { Outcome } from "#core/settings/state.ts";

/**
 * The offset and version of an applied change; anything else is thrown as the problem it is to a caller.
 *
 * @throws failure SETTING_CONFLICT, SETTING_INVALID
 */
export function appliedOr(outcome: Outcome): { offset: bigint; version: number } {
  if (outcome.outcome === "applied") return { offset: outcome.offset, version: outcome.version };
  if (outcome.outcome === "conflict") throw failure("SETTING_CONFLICT", { version: outcome.version });
  throw failure("SETTING_INVALID", { detail: outcome.detail });
}
