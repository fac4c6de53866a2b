import { Failure, failure } from "#core/failure.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";

const NOT_ALLOWED = new Set([
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
]);

/**
 * kafkajs's error as a coded one, by its class and the protocol's error name and never by its text. What kafkajs
 * wraps when it gives up is looked through. `topic` is the one that was asked for, where it was one.
 */
export function kafkaFailure(error: unknown, config: Pick<KafkaConfig, "brokers">, topic?: string): Failure {
  const brokers = config.brokers.join(",");
  for (const cause of causes(error)) {
    if (cause instanceof Failure) return cause;
    const { name, type } = cause as { name?: string; type?: string };
    if (name === "KafkaJSSASLAuthenticationError") return failure("KAFKA_LOGIN_REFUSED", { brokers }, error);
    if (type === "UNKNOWN_TOPIC_OR_PARTITION" && topic !== undefined) {
      return failure("KAFKA_TOPIC_MISSING", { brokers, topic }, error);
    }
    if (type !== undefined && NOT_ALLOWED.has(type)) {
      return failure("KAFKA_NOT_ALLOWED", { brokers, reason: type }, error);
    }
  }
  return failure("KAFKA_UNREACHABLE", { brokers, reason: reasonOf(error) }, error);
}

/** The protocol's name of what went wrong (`NOT_ENOUGH_REPLICAS`), where the broker gave one. */
export function protocolError(error: unknown): string | null {
  for (const cause of causes(error)) {
    const { type } = cause as { type?: unknown };
    if (typeof type === "string") return type;
  }
  return null;
}

/** Whether kafkajs itself takes it for something that passes: a connection, a coordinator or a leader that moves. */
export function mayPass(error: unknown): boolean {
  const { name, retriable } = (error ?? {}) as { name?: unknown; retriable?: unknown };
  return retriable === true || name === "KafkaJSNumberOfRetriesExceeded";
}

export function reasonOf(error: unknown): string {
  return protocolError(error) ?? (error instanceof Error ? error.message : String(error));
}

const CAUSES_MAX = 5;

function* causes(error: unknown): Generator<object> {
  let cause = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof cause === "object" && cause !== null; depth++) {
    yield cause;
    // Making several topics at once fails with a list; the first of them says why.
    const { cause: inner, errors } = cause as { cause?: unknown; errors?: unknown };
    cause = inner ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
}
