import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** What is installed, and on which Pythons it says that it runs. */
export interface PythonNeeds {
  readonly requirements: string;
  /** The versions of all that these need in turn, so that a run of tomorrow installs what today's did. */
  readonly constraints: string;
  /** The folder in the user's cache. */
  readonly cache: string;
  /** Minor versions of Python 3, both included. */
  readonly minorMin: number;
  readonly minorMax: number;
}

/** LiteLLM and OpenTelemetry (`Requires-Python: >=3.10, <3.15`). */
const GATEWAYS: PythonNeeds = {
  requirements: "test/real/requirements.txt",
  constraints: "test/real/constraints.txt",
  cache: "real-gateways",
  minorMin: 10,
  minorMax: 14,
};
const INSTALL_BOUND_MS = 540_000;

const run = promisify(execFile);

export interface PythonEnvironment {
  /** The interpreter of a virtual environment that has the pinned packages. */
  readonly python: string;
  readonly installed: readonly string[];
  readonly wasCached: boolean;
}

/**
 * The virtual environment with the real programs, made on first use and kept in the user's cache folder under a name
 * that follows from the pinned versions and the interpreter.
 * @returns text where this machine has no Python that can make one: why
 */
export async function pythonEnvironment(needs = GATEWAYS): Promise<PythonEnvironment | string> {
  const found = await findPython(needs);
  if (found === null) return `no Python from 3.${needs.minorMin} to 3.${needs.minorMax} with its venv module`;
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "spendtrail", needs.cache);
  const folder = join(cache, nameOf(found.version, needs));
  const wasCached = existsSync(folder);
  if (!wasCached) await install(found.command, needs, cache, folder);
  const python = join(folder, "bin", "python");
  const { stdout } = await run(python, ["-m", "pip", "list", "--format=freeze"]);
  return { python, installed: ours(stdout, needs), wasCached };
}

async function findPython({
  minorMin,
  minorMax,
}: PythonNeeds): Promise<{ command: string; version: string } | null> {
  const probe = `import ensurepip, sys, venv; print('%d.%d.%d' % sys.version_info[:3]); sys.exit(not (3, ${minorMin}) <= sys.version_info < (3, ${minorMax + 1}))`;
  const newestFirst = Array.from({ length: minorMax - minorMin + 1 }, (_, at) => `python3.${minorMax - at}`);
  for (const command of ["python3", ...newestFirst]) {
    try {
      return { command, version: (await run(command, ["-c", probe])).stdout.trim() };
    } catch {
      // Not there, too old, or without venv: the next.
    }
  }
  return null;
}

function nameOf(version: string, { requirements, constraints }: PythonNeeds): string {
  const hash = createHash("sha256").update(`${version} ${process.platform} ${process.arch}\n`);
  for (const file of [requirements, constraints]) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/** In a folder of its own, renamed when it is whole: a broken-off install is never taken for one. */
async function install(
  python: string,
  { requirements, constraints }: PythonNeeds,
  cache: string,
  folder: string,
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const draft = join(cache, `draft-${randomUUID()}`);
  const bound = { timeout: INSTALL_BOUND_MS, maxBuffer: 1 << 26 };
  try {
    await run(python, ["-m", "venv", draft], bound);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(draft, "bin", "python"), [...pip, "-r", requirements, "-c", constraints], bound);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function ours(frozen: string, { requirements }: PythonNeeds): string[] {
  const wanted = readFileSync(requirements, "utf8").matchAll(/^([a-z0-9-]+)/gm);
  const names = new Set([...wanted].map((match) => match[1]));
  const lines = frozen.split("\n").filter((line) => line !== "");
  return [...lines.filter((line) => names.has(line.split("==")[0])), `${lines.length} packages in all`];
}
