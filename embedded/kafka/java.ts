import { spawnSync } from "node:child_process";
import { failure } from "#core/failure.ts";

/** Kafka 4.x brokers need Java 17 (kafka.apache.org, "Upgrading to 4.0"). */
const JAVA_MIN = 17;

/** The `java` to run: of JAVA_HOME, else of the PATH. @throws failure JAVA_MISSING, JAVA_TOO_OLD */
export function findJava(env: NodeJS.ProcessEnv): string {
  const home = env["JAVA_HOME"];
  const java = home ? `${home}/bin/java` : "java";
  const asked = spawnSync(java, ["-version"], { encoding: "utf8", env });
  if (asked.error !== undefined || asked.status !== 0) throw failure("JAVA_MISSING", { needed: JAVA_MIN });
  // `openjdk version "17.0.15" 2025-04-15`; before Java 9 it was "1.8.0_392".
  const found = /version "(?:1\.)?(\d+)/.exec(`${asked.stderr}${asked.stdout}`)?.[1];
  if (found !== undefined && Number(found) < JAVA_MIN)
    throw failure("JAVA_TOO_OLD", { found, needed: JAVA_MIN });
  return java;
}
