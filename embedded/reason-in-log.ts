import { readFileSync } from "node:fs";

/** The line of a server's log that most likely says why it ended; bounded, for a message to people. */
export function reasonInLog(logFile: string): string {
  const lines = readFileSync(logFile, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const telling =
    lines.find((line) => /Caused by|Exception|FATAL|ERROR|<Error>|<Fatal>|error:/.test(line)) ?? lines.at(-1);
  return (telling ?? "it ended without a word").trim().slice(0, 300);
}
