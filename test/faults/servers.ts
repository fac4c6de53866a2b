import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedClickHouse, startClickHouse } from "#embedded/clickhouse.ts";
import { productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { type BrokerNode, startBrokers } from "#test/faults/brokers.ts";
import { onEnd } from "#test/faults/on-end.ts";
import { type FaultProxy, startProxy } from "#test/faults/proxy.ts";

export const FAULT_PASSWORD = "faults-password";
const as = (user: string) => ({ user, password: FAULT_PASSWORD });

/** A real broker, or three, and a real ClickHouse, each behind a proxy of ours; the oracle goes around the proxies. */
export interface Servers {
  /** Around the proxy: for those who write and look. */
  readonly brokers: readonly string[];
  readonly url: string;
  /** Through it: for the program under test. */
  readonly proxiedBrokers: readonly string[];
  readonly proxiedUrl: string;
  /** In front of the first broker: the only one, unless there are three. */
  readonly kafkaProxy: FaultProxy;
  readonly clickHouseProxy: FaultProxy;
  /** kill -9, and the same folder and port again; ClickHouse comes back by itself where it ends by itself. */
  killClickHouse(): Promise<void>;
  readonly nodes: readonly BrokerNode[];
  /** How often ClickHouse ended without being told. */
  lostClickHouses(): number;
  stop(): Promise<void>;
}

export async function startServers(
  options: { readonly profile?: string; readonly brokers?: 1 | 3 } = {},
): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), "spendtrail-faults-"));
  const nodes = await startBrokers(dir, options.brokers ?? 1);
  const [first] = nodes;
  if (first === undefined) throw new Error("there is a broker");
  const clickhouse = await startStore(join(dir, "clickhouse"), options.profile);
  const clickHouseProxy = await startProxy(() => Number(new URL(clickhouse.url).port));
  const stop = async () => {
    forget();
    await Promise.all([clickHouseProxy.stop(), ...nodes.map(({ proxy }) => proxy.stop())]);
    await Promise.all([clickhouse.stop(), ...nodes.map((node) => node.stop())]);
    rmSync(dir, { recursive: true, force: true });
  };
  const forget = onEnd(stop);
  return {
    brokers: nodes.map(({ broker }) => broker),
    url: clickhouse.url,
    proxiedBrokers: nodes.map(({ proxy }) => `127.0.0.1:${proxy.port}`),
    proxiedUrl: `http://127.0.0.1:${clickHouseProxy.port}`,
    kafkaProxy: first.proxy,
    nodes,
    clickHouseProxy,
    killClickHouse: clickhouse.kill,
    lostClickHouses: clickhouse.lost,
    stop,
  };
}

async function startStore(dir: string, profile = "") {
  const users = productUsers(
    { admin: as("admin"), ingest: as("ingest"), apiTeam: as("api"), apiAll: as("api_all") },
    { timeMsMax: 60_000, resultRowsMax: 1_000_000, readRowsMax: 1e9, memoryBytesMax: 4e9 },
  );
  const all = [...users, { role: "admin", name: "faults", password: FAULT_PASSWORD, grants: "all" } as const];
  const usersXml = clickHouseUsersXml(all, "spendtrail").replace(
    "<default/>",
    `<default>${profile}</default>`,
  );
  let server: EmbeddedClickHouse = await startClickHouse({ dir, usersXml });
  const { url } = server;
  const httpPort = Number(new URL(url).port);
  let isStopping = false;
  let losses = 0;
  let starting: Promise<void> | null = null;
  const again = () => {
    starting ??= startClickHouse({ dir, usersXml, httpPort }).then((next) => {
      server = next;
      starting = null;
      watch(next);
    });
    return starting;
  };
  const watch = (watched: EmbeddedClickHouse) =>
    void watched.lost.then(() => {
      if (isStopping) return;
      losses += 1;
      return again();
    });
  watch(server);
  return {
    url,
    lost: () => losses,
    kill: async () => {
      process.kill(server.pid, "SIGKILL");
      losses -= 1;
      const killed = server;
      await killed.lost;
      await again();
    },
    stop: async () => {
      isStopping = true;
      await starting;
      await server.stop();
    },
  };
}
