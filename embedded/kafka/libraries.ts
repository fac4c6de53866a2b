import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { failure } from "#core/failure.ts";
import { makeFolder } from "#embedded/folder.ts";

const POM = join(import.meta.dirname, "pom.xml");
const DOWNLOAD_BOUND_MS = 10 * 60_000;

/**
 * The folder with Kafka's jars (about 54 MB), brought by Maven on first use. It stands in `root`: beside this file
 * where that is writable, so that all data folders share it, else in the data folder. Two programs that start at once may
 * both download; each renames a finished folder into place and the later one finds it there.
 * @throws failure MAVEN_MISSING, MAVEN_FAILED
 */
export async function kafkaLibraries(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
  root: string = isWritable(import.meta.dirname) ? import.meta.dirname : dataDir,
): Promise<string> {
  const target = join(root, "lib");
  if (existsSync(target)) return target;
  if (spawnSync("mvn", ["--version"], { env }).status !== 0) throw failure("MAVEN_MISSING");
  onProgress("Fetching Apache Kafka with Maven (about 54 MB, once)");
  const draft = mkdtempSync(join(makeFolder(dirname(target)), "lib-draft-"));
  try {
    await promisify(execFile)("mvn", mavenArguments(draft), { env, timeout: DOWNLOAD_BOUND_MS });
    if (!existsSync(target)) renameSync(draft, target);
  } catch (error) {
    if (existsSync(target)) return target;
    throw failure("MAVEN_FAILED", { reason: lastLine(error) }, error);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

function mavenArguments(outputDirectory: string): string[] {
  return [
    "-q",
    "-B",
    "-f",
    POM,
    "dependency:copy-dependencies",
    `-DoutputDirectory=${outputDirectory}`,
    "-DincludeScope=runtime",
  ];
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function lastLine(error: unknown): string {
  const {
    stdout = "",
    stderr = "",
    message = "",
  } = error as { stdout?: string; stderr?: string; message?: string };
  const lines = `${message}\n${stderr}\n${stdout}`.split("\n").filter((line) => line.includes("ERROR"));
  return (lines[0] ?? message.split("\n")[0] ?? "no reason given").slice(0, 300);
}
