import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { freePort } from "#embedded/ports.ts";
import { type FaultProxy, startProxy } from "#test/faults/proxy.ts";

/** One broker behind a proxy; those who go through the proxy are told the proxy's address. */
export interface BrokerNode {
  /** Around the proxy. */
  readonly broker: string;
  readonly proxy: FaultProxy;
  /** Told to end, and started again on the same folder and ports. */
  restart(): Promise<void>;
  /** kill -9; `start` brings it back. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Place {
  readonly id: number;
  readonly dir: string;
  readonly port: number;
  readonly behind: number;
  readonly controllerPort: number;
  readonly proxy: FaultProxy;
}

/** One broker, or a cluster of three in which every topic has three replicas and needs two of them. */
export async function startBrokers(dir: string, count: 1 | 3): Promise<readonly BrokerNode[]> {
  const clusterId = randomBytes(16).toString("base64url");
  const places: Place[] = [];
  for (let id = 1; id <= count; id += 1) {
    const behind = await freePort(0, "the proxied listener");
    places.push({
      ...{
        id,
        behind,
        dir: join(dir, `kafka-${id}`),
        proxy: await startProxy(() => behind, { protocol: "kafka" }),
      },
      ...{ port: await freePort(0, "Kafka"), controllerPort: await freePort(0, "Kafka's controller") },
    });
  }
  const voters = places.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(",");
  // Together: a node of three is ready when the group's topic has its replicas.
  return Promise.all(places.map((place) => startNode(place, { voters, clusterId, count })));
}

async function startNode(
  place: Place,
  cluster: { readonly voters: string; readonly clusterId: string; readonly count: number },
): Promise<BrokerNode> {
  const { id, dir, port, behind, controllerPort, proxy } = place;
  const { voters, clusterId, count } = cluster;
  const replicas = String(count);
  const properties = () => ({
    "node.id": String(id),
    "controller.quorum.voters": voters,
    listeners: `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${behind},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxy.port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.replication.factor": replicas,
    "min.insync.replicas": count === 1 ? "1" : "2",
    // So that others take over in seconds from an ingester that was killed.
    "group.min.session.timeout.ms": "1000",
    "log.segment.delete.delay.ms": "100",
  });
  const start = () => startKafka({ dir, properties, port, controllerPort, clusterId });
  let broker: EmbeddedKafka = await start();
  return {
    broker: `127.0.0.1:${port}`,
    proxy,
    restart: async () => {
      await proxy.down();
      await broker.stop();
      broker = await start();
      await proxy.up();
    },
    kill: async () => {
      process.kill(broker.pid, "SIGKILL");
      // A port with nobody behind it refuses; a proxy that accepts and then hangs up would be another fault.
      await Promise.all([broker.lost, proxy.down()]);
    },
    start: async () => {
      broker = await start();
      await proxy.up();
    },
    stop: () => broker.stop(),
  };
}
