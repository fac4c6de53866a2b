import { createHmac } from "node:crypto";

/** A person's pseudonym: `u_` and 128 bits of HMAC-SHA256 in hex. */
export const USER_REF = /^u_[0-9a-f]{32}$/;

/**
 * The pseudonym of a person under the deployment's salt: without the salt it can neither be made nor guessed from
 * a list of names. The name is taken as it stands (no folding of case: two gateways' spellings stay two people
 * until someone maps them). A value that is a pseudonym already passes unchanged, so a redacted record gives the
 * same rows as the received one.
 */
export function userRef(salt: Buffer, name: string): string {
  if (USER_REF.test(name)) return name;
  return `u_${createHmac("sha256", salt).update(name, "utf8").digest("hex").slice(0, 32)}`;
}
