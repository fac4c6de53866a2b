/** The secret in a key's token, `st_<id>_<secret>`; it may itself hold an underscore, and begin with one. */
export function secretOf(token: string): string {
  const secret = /^st_[a-z0-9]{12}_(.{40,})$/.exec(token)?.[1];
  if (secret === undefined) throw new Error("this is no token of a key");
  return secret;
}
