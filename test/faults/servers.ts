import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedClickHouse, startClickHouse } from "#embedded/clickhouse.ts";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { freePort } from "#embedded/ports.ts";
import { productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { type FaultProxy, startProxy } from "#test/faults/proxy.ts";

export const FAULT_PASSWORD = "faults-password";
const as = (user: string) => ({ user, password: FAULT_PASSWORD });

/** A real broker and a real ClickHouse, each behind a proxy of ours; the oracle goes around the proxies. */
export interface Servers {
  /** Around the proxy: for those who write and look. */
  readonly brokers: readonly string[];
  readonly url: string;
  /** Through it: for the program under test. */
  readonly proxiedBrokers: readonly string[];
  readonly proxiedUrl: string;
  readonly kafkaProxy: FaultProxy;
  readonly clickHouseProxy: FaultProxy;
  /** kill -9, and the same folder and port again; ClickHouse comes back by itself where it ends by itself. */
  killClickHouse(): Promise<void>;
  restartKafka(): Promise<void>;
  /** How often ClickHouse ended without being told. */
  lostClickHouses(): number;
  stop(): Promise<void>;
}

export async function startServers(
  options: { readonly profile?: string; readonly kafkaProperties?: Readonly<Record<string, string>> } = {},
): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), "spendtrail-faults-"));
  const kafka = await startBroker(join(dir, "kafka"), options.kafkaProperties ?? {});
  const clickhouse = await startStore(join(dir, "clickhouse"), options.profile);
  const clickHouseProxy = await startProxy(() => Number(new URL(clickhouse.url).port));
  return {
    brokers: kafka.brokers,
    url: clickhouse.url,
    proxiedBrokers: [`127.0.0.1:${kafka.proxy.port}`],
    proxiedUrl: `http://127.0.0.1:${clickHouseProxy.port}`,
    kafkaProxy: kafka.proxy,
    clickHouseProxy,
    killClickHouse: clickhouse.kill,
    restartKafka: kafka.restart,
    lostClickHouses: clickhouse.lost,
    stop: async () => {
      await Promise.all([clickHouseProxy.stop(), kafka.proxy.stop()]);
      await Promise.all([kafka.stop(), clickhouse.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startBroker(dir: string, more: Readonly<Record<string, string>>) {
  const behind = await freePort(0, "the proxied listener");
  const proxy = await startProxy(() => behind, { protocol: "kafka" });
  const properties = ({ port, controllerPort }: { port: number; controllerPort: number }) => ({
    listeners: `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${behind},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxy.port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    // So that others take over in seconds from an ingester that was killed.
    "group.min.session.timeout.ms": "1000",
    "log.segment.delete.delay.ms": "100",
    ...more,
  });
  let broker: EmbeddedKafka = await startKafka({ dir, properties });
  const { brokers } = broker;
  return {
    brokers,
    proxy,
    restart: async () => {
      await broker.stop();
      broker = await startKafka({ dir, properties, port: Number(brokers[0]?.split(":")[1]) });
    },
    stop: () => broker.stop(),
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
