import { timingSafeEqual } from "node:crypto";
import { no, ok, type Result } from "#core/result.ts";
import { hashSecret } from "#core/settings/issue-key.ts";
import type { KeySetting } from "#core/settings/key.ts";
import type { SettingsState } from "#core/settings/state.ts";

/** For logs and metrics; a caller is told none of it but "not valid". */
export type KeyRefusal = "malformed" | "unknown" | "wrong_secret" | "revoked" | "expired";

/** Refused for what the settings hold, which may be a moment behind; both in one, so that their times tell nothing. */
export function isUnknown(verified: Result<KeySetting, KeyRefusal>): boolean {
  return !verified.ok && (verified.reason === "unknown" || verified.reason === "wrong_secret");
}

const TOKEN = /^st_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const NO_HASH = Buffer.alloc(32);

/**
 * The key that a token stands for, if it is one of ours, not revoked and not expired at `nowMs`. An unknown id and
 * a wrong secret take the same work and time, and revoked or expired is told only to who has the secret.
 */
export function verifyKey(
  state: Pick<SettingsState, "keys">,
  token: string,
  nowMs: number,
): Result<KeySetting, KeyRefusal> {
  const [, id, secret] = TOKEN.exec(token) ?? [];
  if (id === undefined || secret === undefined) return no("malformed", "not of the form st_<id>_<secret>");
  const key = state.keys.get(id)?.value;
  const wanted = key === undefined ? NO_HASH : Buffer.from(key.secret_sha256, "hex");
  const same = timingSafeEqual(wanted, hashSecret(secret));
  if (key === undefined) return no("unknown", `there is no key ${id}`);
  if (!same) return no("wrong_secret", `the secret of key ${id} is another`);
  if (key.revoked) return no("revoked", `key ${id} is revoked`);
  if (key.expires_at !== null && nowMs >= Date.parse(key.expires_at))
    return no("expired", `key ${id} expired at ${key.expires_at}`);
  return ok(key);
}
