export interface KafkaPorts {
  readonly port: number;
  readonly controllerPort: number;
}

/** server.properties of one KRaft node that is broker and controller, on loopback only; `more` goes before ours. */
export function kafkaProperties(
  options: KafkaPorts & { readonly dir: string },
  more: (ports: KafkaPorts) => Readonly<Record<string, string>> = () => ({}),
): string {
  const { dir, port, controllerPort } = options;
  const settings: Readonly<Record<string, string | number | boolean>> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": `${dir}/log`,
    "auto.create.topics.enable": false,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    // Commits carry the intent of a batch; they must outlive a system that stands still for a holiday.
    "offsets.retention.minutes": 60 * 24 * 365,
    "transaction.state.log.num.partitions": 2,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "message.max.bytes": 6 * 1024 * 1024,
    "replica.fetch.max.bytes": 6 * 1024 * 1024,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
  };
  return Object.entries({ ...settings, ...more(options) })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
