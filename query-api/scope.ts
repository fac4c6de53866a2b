import type { KeySetting, Role } from "#core/settings/key.ts";

/** What a caller may see at most. Parameters of a request only narrow it. */
export type Scope = { readonly kind: "teams"; readonly teams: readonly string[] } | { readonly kind: "all" };

const SEES_ALL: Readonly<Record<Role, boolean>> = {
  ingest: false,
  gateway: false,
  viewer: false,
  finance: true,
  auditor: true,
  admin: true,
};

/** The one place where a credential becomes a scope. Whoever does not see all teams sees those of the key. */
export function scopeOf(key: KeySetting): Scope {
  return SEES_ALL[key.role] ? { kind: "all" } : { kind: "teams", teams: key.teams };
}
