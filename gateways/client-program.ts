import { claimed } from "#gateways/field-reader.ts";

/** The program of a User-Agent as `name/version`: `claude-cli/2.1.240 (external, cli)` is `claude-cli/2.1.240`. */
export function clientProgram(userAgent: unknown): string | null {
  const text = claimed(userAgent);
  if (text === null) return null;
  return /^[^\s/]{1,64}\/[^\s();,]{1,64}/.exec(text)?.[0] ?? /^[^\s();,]{1,64}/.exec(text)?.[0] ?? null;
}
