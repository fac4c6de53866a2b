/** The string that a JSON literal means; null when it is none. */
export function decoded(literal: string): string | null {
  try {
    return String(JSON.parse(literal));
  } catch {
    return null;
  }
}

/** What the beginning of a literal means; the last escape may be cut in half. */
export function decodedStart(open: string): string | null {
  const whole = open.replace(/((?:^|[^\\])(?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, "$1");
  return decoded(`${whole}"`);
}
