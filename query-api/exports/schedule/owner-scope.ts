import { failure } from "#core/failure.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { READERS } from "#query-api/access.ts";
import { type Scope, scopeOf } from "#query-api/scope.ts";

/** Why a key may own no schedule now; null when it may. */
export function ownerRefusal(
  state: Pick<SettingsState, "keys">,
  owner: string,
  nowMs: number,
): string | null {
  const key = state.keys.get(owner)?.value;
  if (key === undefined) return `there is no key ${owner}`;
  if (key.revoked) return `key ${owner} is revoked`;
  if (key.expires_at !== null && nowMs >= Date.parse(key.expires_at))
    return `key ${owner} expired at ${key.expires_at}`;
  if (!READERS.includes(key.role)) return `key ${owner} has the role ${key.role}, which reads no costs`;
  return null;
}

/**
 * What the owner of a schedule may see now, by the same rule as a caller: a key that was revoked since sees nothing.
 *
 * @throws failure EXPORT_OWNER_REFUSED
 */
export function ownerScope(state: Pick<SettingsState, "keys">, owner: string, nowMs: number): Scope {
  const reason = ownerRefusal(state, owner, nowMs);
  const key = state.keys.get(owner)?.value;
  if (reason !== null || key === undefined)
    throw failure("EXPORT_OWNER_REFUSED", { reason: reason ?? "unknown" });
  return scopeOf(key);
}
