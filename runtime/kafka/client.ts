import kafkajs, { type KafkaConfig as ClientOptions, type logCreator, type SASLOptions } from "kafkajs";
import { registerCodecs } from "#runtime/kafka/codecs.ts";
import { quietNegativeTimers } from "#runtime/kafka/quiet-timers.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const { Kafka, logLevel } = kafkajs;
export type KafkaClient = InstanceType<typeof Kafka>;

const CONNECT_BOUND_MS = 5_000;
const REQUEST_BOUND_MS = 30_000;

/**
 * A kafkajs client with our log, deadlines and codecs. kafkajs reports as errors what it then retries ("coordinator
 * is loading"), so its own lines go to our log one level lower; what it gives up on reaches us as a rejection.
 */
export function createKafka(config: KafkaConfig, log: Log): KafkaClient {
  registerCodecs();
  quietNegativeTimers();
  return new Kafka({
    brokers: [...config.brokers],
    clientId: config.clientId,
    connectionTimeout: CONNECT_BOUND_MS,
    authenticationTimeout: CONNECT_BOUND_MS,
    requestTimeout: REQUEST_BOUND_MS,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: quieter(log),
    ...security(config),
  });
}

function security(config: KafkaConfig): Pick<ClientOptions, "ssl" | "sasl"> {
  const { tls, sasl } = config;
  return {
    ...(tls && {
      ssl: {
        rejectUnauthorized: tls.rejectUnauthorized,
        ...(tls.ca !== undefined && { ca: [tls.ca] }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
    ...(sasl && { sasl: saslOptions(sasl) }),
  };
}

function saslOptions(sasl: NonNullable<KafkaConfig["sasl"]>): SASLOptions {
  if (sasl.mechanism !== "oauthbearer") return sasl;
  return { mechanism: "oauthbearer", oauthBearerProvider: async () => ({ value: await sasl.token() }) };
}

function quieter(log: Log): logCreator {
  return () => (entry) => {
    const { message, timestamp: _at, logger: _logger, ...fields } = entry.log;
    const line = { kafkajs: entry.namespace, ...fields };
    if (entry.level === logLevel.ERROR) log.warn(line, message);
    else log.debug(line, message);
  };
}
