import { createHash } from "node:crypto";
import { KeySetting } from "#core/settings/key.ts";

/** What of a key its maker decides. */
export type KeyFields = Pick<KeySetting, "label" | "role"> &
  Partial<Pick<KeySetting, "teams" | "sources" | "expires_at">>;

const ID_LENGTH = 12;
const SECRET_BYTES = 32;
/** How many random bytes `issueKey` takes. */
export const KEY_RANDOM_BYTES = ID_LENGTH + SECRET_BYTES;

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * A new key: the token to hand out once, `st_<id>_<secret>`, and the setting to keep, which holds the secret only
 * as a SHA-256: it has 256 random bits, so a slow hash would add nothing. The prefix lets secret scanners find it.
 *
 * @param random exactly `KEY_RANDOM_BYTES` bytes from a secure source
 */
export function issueKey(
  random: Buffer,
  fields: KeyFields,
): { readonly token: string; readonly setting: KeySetting } {
  if (random.length !== KEY_RANDOM_BYTES) throw new Error(`a key takes ${KEY_RANDOM_BYTES} random bytes`);
  // Modulo 36 favours some digits slightly; the id is public and only has to be unique.
  const id = Array.from(random.subarray(0, ID_LENGTH), (byte) => DIGITS[byte % DIGITS.length]).join("");
  const secret = random.subarray(ID_LENGTH).toString("base64url");
  const setting = KeySetting.parse({ ...fields, id, secret_sha256: hashSecret(secret).toString("hex") });
  return { token: `st_${id}_${secret}`, setting };
}

/** SHA-256 over the secret's text as it stands in the token. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
