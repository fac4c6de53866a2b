import type { ChildProcess } from "node:child_process";
import { type Failure, failure } from "#core/failure.ts";

/**
 * Resolves when a server that was ready ends without having been told to; never where it was. ClickHouse before 26.8
 * does so when a client resets its connection within a request's headers, or is silent there for 30 s
 * (https://github.com/ClickHouse/ClickHouse/issues/115666); any server does that a person or the kernel kills.
 */
export function untilLost(
  child: ChildProcess,
  server: { readonly what: string; readonly logFile: string; readonly isStopping: () => boolean },
): Promise<Failure> {
  const { what, logFile, isStopping } = server;
  return new Promise((lost) => {
    child.once("exit", (code, signal) => {
      if (isStopping()) return;
      const how = signal === null ? `exit code ${code}` : signal;
      lost(failure("SERVER_ENDED", { what, how, logFile }));
    });
  });
}
