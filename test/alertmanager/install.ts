import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGE = "prometheus-alertmanager";
const BOUND_MS = 120_000;
/** Where Debian's build looks for its templates, and the same from the working directory, as long to the byte. */
const SHARE = "/usr/share/prometheus/alertmanager";
const SHARE_HERE = ".//////////prometheus/alertmanager";

export interface Installed {
  readonly path: string;
  /** The working directory that it needs. */
  readonly cwd: string;
  /** As the program tells it itself. */
  readonly version: string;
}

/**
 * Debian's Alertmanager: the one of this machine, or its package unpacked into the user's cache folder, without root and
 * without touching the system. Of that one the path of its templates is another; nothing else.
 * @returns text where it cannot be had: why
 */
export async function installAlertmanager(): Promise<Installed | string> {
  for (const path of [PACKAGE, "alertmanager"]) {
    const version = await versionOf(path);
    if (version !== null && existsSync(SHARE)) return { path, cwd: "/", version };
  }
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "spendtrail");
  const folder = join(cache, PACKAGE);
  const path = join(folder, "usr", "bin", PACKAGE);
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true });
    const draft = mkdtempSync(join(cache, "draft-"));
    try {
      await unpack(draft);
      rmSync(folder, { recursive: true, force: true });
      renameSync(join(draft, "root"), folder);
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      return (stderr || message).trim().split("\n").at(-1) ?? "it cannot be downloaded";
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const version = await versionOf(path);
  return version === null ? `${path} does not run` : { path, cwd: join(folder, "usr", "share"), version };
}

async function unpack(draft: string): Promise<void> {
  const options = { cwd: draft, timeout: BOUND_MS };
  await run("apt-get", ["download", PACKAGE], options).catch(async () => {
    // The system has no lists of packages, or old ones: lists of our own, by the system's sources.
    for (const dir of ["lists/partial", "cache/archives/partial"])
      mkdirSync(join(draft, dir), { recursive: true });
    const own = [
      "-o",
      `Dir::State::lists=${join(draft, "lists")}`,
      "-o",
      `Dir::Cache=${join(draft, "cache")}`,
    ];
    await run("apt-get", [...own, "update"], options);
    await run("apt-get", [...own, "download", PACKAGE], options);
  });
  const file = readdirSync(draft).find((name) => name.endsWith(".deb"));
  if (file === undefined) throw new Error("apt-get downloaded nothing");
  await run("dpkg", ["-x", file, "root"], options);
  const program = join(draft, "root", "usr", "bin", PACKAGE);
  const bytes = readFileSync(program);
  for (let at = bytes.indexOf(SHARE); at >= 0; at = bytes.indexOf(SHARE, at)) bytes.write(SHARE_HERE, at);
  writeFileSync(program, bytes);
}

async function versionOf(path: string): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(path, ["--version"], { timeout: 10_000 });
    return /version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? null;
  } catch {
    return null;
  }
}
