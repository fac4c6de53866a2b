/** How to reach a Kafka cluster. */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly sasl?:
    | {
        readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
        readonly username: string;
        readonly password: string;
      }
    | { readonly mechanism: "oauthbearer"; readonly token: () => Promise<string> };
}

/** One record to write. */
export interface OutgoingRecord {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly partition?: number;
}

export interface Produced {
  readonly partition: number;
  /** Offset of the first of the records that went to this partition in this call. */
  readonly baseOffset: bigint;
}

/** An idempotent producer with `acks=all`: `send` resolves only when all in-sync replicas have the records. */
export interface Producer {
  send(topic: string, records: readonly OutgoingRecord[]): Promise<readonly Produced[]>;
  close(): Promise<void>;
}

/** One record as it lies in a partition. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** 0 where the record has none: possible on a topic that keeps the sender's time. */
  readonly appendTimeMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** As text, the first of a repeated name. */
  readonly headers: ReadonlyMap<string, string>;
}
