import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Base, SHUTDOWN_MS, startBase } from "#cli/stack/base.ts";
import { endProgram } from "#cli/stack/end-program.ts";
import { Failure, failure } from "#core/failure.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { Config } from "#runtime/config/config.ts";
import { createLog, type Log } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { keepSettingsCopy, readSettingsCopy } from "#runtime/settings/settings-copy.ts";
import { createShutdown, type Shutdown } from "#runtime/shutdown.ts";

/** What of a base the collector needs, and has also where Kafka is away. */
export type CollectorBase = Omit<Base, "settings" | "producer"> & {
  readonly settings: { state(): SettingsState; caughtUp(): Promise<void> };
  readonly producer: Pick<Base["producer"], "send">;
};

/** So long a collector that knows its settings waits for Kafka before it opens its doors without. */
const KAFKA_WAIT_MS = 3_000;
const RETRY_MS = 1_000;

/**
 * A base for the collector. With a spool it keeps a copy of the sources and keys beside it; where Kafka is away at the
 * start, it takes records with that copy, spools them, and goes on looking for Kafka: a collector that its supervisor
 * starts again during an outage must not refuse what it would have taken a minute before.
 * @throws failure KAFKA_UNREACHABLE where there is no copy; TOPIC_WRONG
 */
export async function startCollectorBase(config: Config): Promise<CollectorBase> {
  const log = createLog("collect", config.logLevel);
  const shutdown = createShutdown({ log, timeoutMs: SHUTDOWN_MS });
  const { dir, bytesMax } = config.collector.spool;
  const path = bytesMax === 0 ? null : join(dir, "settings.json");
  const known = path === null ? null : readSettingsCopy(path, config.topics.settings, log);
  const keep = (base: Base) => {
    if (path !== null) shutdown.onClose("copy of settings", keepSettingsCopy(path, base.settings, log));
  };
  const start = startsOf(config, shutdown, log);
  if (known === null) {
    const base = await start();
    keep(base);
    return { ...base, shutdown };
  }
  let base: Base | null = null;
  const starting = untilThere(start, shutdown.signal).then((found) => {
    if (found === null) return;
    base = found;
    keep(found);
  });
  starting.catch(endProgram({ log, shutdown }, "Kafka is there and not as it has to be"));
  await Promise.race([starting, pause(KAFKA_WAIT_MS)]);
  const there = (): Base | null => base;
  if (there() === null)
    log.warn(
      { settingsOffset: String(known.offset) },
      "Kafka is away; taking records with the sources and keys that were last known",
    );
  return {
    config,
    log,
    shutdown,
    metrics: createMetrics(),
    settings: {
      state: () => there()?.settings.state() ?? known,
      caughtUp: () => there()?.settings.caughtUp() ?? new Promise(() => {}),
    },
    producer: {
      send: async (topic, records) => {
        const found = there();
        if (found === null)
          throw failure("KAFKA_NOT_ACKNOWLEDGED", { topic, reason: "Kafka has not been reached yet" });
        return found.producer.send(topic, records);
      },
    },
  };
}

/** Tries until Kafka is reached; null when closing came first. */
async function untilThere(start: () => Promise<Base>, signal: AbortSignal): Promise<Base | null> {
  while (!signal.aborted) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Failure && error.code === "KAFKA_UNREACHABLE")) throw error;
      await pause(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}

/**
 * Tries at a base, each of which leaves nothing behind when it fails. What the last one opened is closed where the
 * first was made: after all that the collector opens later.
 */
function startsOf(config: Config, shutdown: Shutdown, log: Log): () => Promise<Base> {
  let parts: (() => Promise<void> | void)[] = [];
  const closeParts = async () => {
    const opened = parts;
    parts = [];
    for (const close of opened.toReversed()) await close();
  };
  shutdown.onClose("what needs Kafka", closeParts);
  const onClose: Shutdown["onClose"] = (_name, close) => void parts.push(close);
  return async () => {
    try {
      return await startBase(config, "collect", {
        createTopics: false,
        shutdown: { ...shutdown, onClose },
        log,
      });
    } catch (error) {
      await closeParts();
      throw error;
    }
  };
}
