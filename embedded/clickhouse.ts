import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Failure, failure } from "#core/failure.ts";
import { clickHouseLibrary } from "#embedded/clickhouse/library.ts";
import { makeFolder } from "#embedded/folder.ts";
import { untilLost } from "#embedded/lost.ts";
import { freePort } from "#embedded/ports.ts";
import { reasonInLog } from "#embedded/reason-in-log.ts";
import { claimFolder, removeRunRecord, writeRunRecord } from "#embedded/run-record.ts";
import { hasEnded, spawnNode } from "#embedded/spawn-node.ts";
import { waitUntil } from "#embedded/wait-until.ts";

export interface ClickHouseOptions {
  readonly dir: string;
  /** 0, the default, is any free port. */
  readonly httpPort?: number;
  readonly tcpPort?: number;
  /** Who may do what: a users file, from `clickHouseUsersXml` in runtime/. */
  readonly usersXml: string;
  readonly platform?: { readonly name: string; readonly arch: string };
}

export interface EmbeddedClickHouse {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended without `stop`. */
  readonly lost: Promise<Failure>;
  stop(): Promise<void>;
}

const START_BOUND_MS = 60_000;
const STOP_BOUND_MS = 20_000;

/**
 * ClickHouse as a child process on loopback that ends with this process, also when this process is killed with -9.
 * @throws failure PLATFORM_UNSUPPORTED, PORT_BUSY, DATA_DIR_*, SERVER_DID_NOT_START
 */
export async function startClickHouse(options: ClickHouseOptions): Promise<EmbeddedClickHouse> {
  const dir = makeFolder(options.dir);
  await claimFolder(dir, "ClickHouse");
  try {
    return await startIn(dir, options);
  } catch (error) {
    removeRunRecord(dir);
    throw error;
  }
}

async function startIn(dir: string, options: ClickHouseOptions): Promise<EmbeddedClickHouse> {
  const library = clickHouseLibrary(options.platform?.name, options.platform?.arch);
  const httpPort = await freePort(options.httpPort ?? 0, "ClickHouse");
  const tcpPort = await freePort(options.tcpPort ?? 0, "ClickHouse's native protocol");
  const logFile = join(dir, "clickhouse.log");
  const configFile = writeConfig(dir, options.usersXml);
  const log = openSync(logFile, "w");
  const args = [library, join(dir, "data"), String(httpPort), String(tcpPort), configFile];
  const child = spawnNode(join(import.meta.dirname, "clickhouse", "server.ts"), args, {
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  const url = `http://127.0.0.1:${httpPort}`;
  const pid = child.pid ?? 0;
  // Before it is ready: were we killed now, the next start must find this one and wait for its end.
  writeRunRecord(dir, pid);
  await untilReady(child, url, logFile);
  let isStopping = false;
  const lost = untilLost(child, { what: "ClickHouse", logFile, isStopping: () => isStopping });
  const stopOnce = (): Promise<void> => {
    isStopping = true;
    return stop(child, dir);
  };
  return { url, pid, logFile, lost, stop: stopOnce };
}

function writeConfig(dir: string, usersXml: string): string {
  const users = join(dir, "users.xml");
  writeFileSync(users, usersXml, { mode: 0o600 });
  const config = join(dir, "config.xml");
  writeFileSync(
    config,
    [
      "<clickhouse>",
      "  <!-- An inline <users> section is ignored by the embedded library; a file of its own is read. -->",
      `  <users_config>${users}</users_config>`,
      "  <logger><level>warning</level><console>1</console></logger>",
      "  <mark_cache_size>67108864</mark_cache_size>",
      "  <remote_url_allow_hosts/>",
      "</clickhouse>",
      "",
    ].join("\n"),
  );
  return config;
}

async function untilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const answers = () =>
    fetch(`${url}/ping`, {
      // A connection that is kept alive would make the server wait for it when it stops.
      headers: { connection: "close" },
      signal: AbortSignal.timeout(2_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
  const ready = await waitUntil(async () => hasEnded(child) || (await answers()), START_BOUND_MS);
  if (ready && !hasEnded(child)) return;
  const reason = hasEnded(child) ? reasonInLog(logFile) : `no answer in ${START_BOUND_MS / 1000} s`;
  child.stdin?.end();
  child.kill("SIGKILL");
  throw failure("SERVER_DID_NOT_START", { what: "ClickHouse", reason, logFile });
}

async function stop(child: ChildProcess, dir: string): Promise<void> {
  child.stdin?.end();
  if (!(await waitUntil(() => hasEnded(child), STOP_BOUND_MS))) child.kill("SIGKILL");
  removeRunRecord(dir);
}
