import { InvalidArgumentError } from "commander";

/** A port from the command line. */
export function portOption(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("a port from 0 to 65535 was due");
}

/** A whole number from the command line, from 1 on. */
export function countOption(text: string): number {
  const count = Number(text);
  if (/^\d{1,9}$/.test(text) && count >= 1) return count;
  throw new InvalidArgumentError("a whole number from 1 on was due");
}

/** An option that may be repeated or hold several values between commas. */
export function listOption(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}
