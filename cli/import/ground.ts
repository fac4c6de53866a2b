import { type CommonOptions, configOf } from "#cli/common-options.ts";
import { shippedPriceRows } from "#cli/stack/import-shipped.ts";
import type { Adapter } from "#core/adapter.ts";
import { Failure, failure } from "#core/failure.ts";
import { bookOf, createPriceBook, type PriceBook } from "#core/price-book.ts";
import { SourceSetting } from "#core/settings/source.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { Config } from "#runtime/config/config.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics, requireTopics } from "#runtime/kafka/topics.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { createLog, type Log } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

/** What an import stands on. A dry run without servers has neither configuration nor producer. */
export interface Ground {
  readonly source: SourceSetting;
  readonly adapter: Adapter;
  readonly book: PriceBook;
  readonly prices: "current" | "shipped";
  readonly servers: { readonly config: Config; readonly producer: Producer; readonly log: Log } | null;
}

export interface GroundOptions extends CommonOptions {
  readonly source: string;
  readonly gateway?: string;
  readonly dryRun?: boolean;
  readonly live: readonly string[];
}

/**
 * Connects, reads the settings and finds the source. Kafka is let go of whatever comes of `act`.
 * @throws failure IMPORT_SOURCE_UNKNOWN, IMPORT_SOURCE_UNFIT, CONFIG_INVALID, KAFKA_*
 */
export async function onGround<Value>(
  options: GroundOptions,
  act: (ground: Ground) => Promise<Value>,
): Promise<Value> {
  const log = createLog("import", "error");
  const config = configFor(options);
  if (config === null) return act(withoutServers(options));
  const producer = await reached(options, () => createProducer(config.kafka, log));
  if (producer === null) return act(withoutServers(options));
  try {
    if (options.dryRun !== true) {
      const specs = ourTopics(config.topics, config.topicPartitions, config.replicationFactor);
      const look = { create: false, replicationFactor: config.replicationFactor, log };
      requireTopics(await inspectTopics(config.kafka, specs, look));
    }
    const state = await settingsNow(config, log);
    const source = sourceIn(state, options);
    return await act({
      source,
      adapter: adapterOf(source),
      book: bookOf(state),
      prices: "current",
      servers: { config, producer, log },
    });
  } finally {
    await producer.close();
  }
}

async function settingsNow(config: Config, log: Log): Promise<SettingsState> {
  const settings = await followSettings({ kafka: config.kafka, topic: config.topics.settings, log });
  try {
    return settings.state();
  } finally {
    await settings.stop();
  }
}

/** Only a dry run that says its gateway can do without servers. */
function configFor(options: GroundOptions): Config | null {
  try {
    return configOf(options, "import");
  } catch (error) {
    if (isDryAlone(options) && error instanceof Failure && error.code === "CONFIG_INVALID") return null;
    throw error;
  }
}

async function reached<Value>(options: GroundOptions, connect: () => Promise<Value>): Promise<Value | null> {
  try {
    return await connect();
  } catch (error) {
    if (isDryAlone(options) && error instanceof Failure && error.code === "KAFKA_UNREACHABLE") return null;
    throw error;
  }
}

function isDryAlone({ dryRun, gateway }: GroundOptions): boolean {
  return dryRun === true && gateway !== undefined;
}

function withoutServers({ source: name, gateway = "" }: GroundOptions): Ground {
  const source = SourceSetting.parse({ name, gateway });
  const book = createPriceBook(shippedPriceRows());
  return { source, adapter: adapterOf(source), book, prices: "shipped", servers: null };
}

function sourceIn(state: SettingsState, { source: name, gateway, live }: GroundOptions): SourceSetting {
  const unknown = [name, ...live].find((one) => !state.sources.has(one));
  const source = state.sources.get(name)?.value;
  if (unknown !== undefined || source === undefined) {
    const sources = [...state.sources.keys()].sort().join(", ") || "none";
    throw failure("IMPORT_SOURCE_UNKNOWN", { source: unknown ?? name, sources });
  }
  if (gateway !== undefined && gateway !== source.gateway)
    throw failure("IMPORT_SOURCE_UNFIT", {
      source: name,
      reason: `it is of gateway ${source.gateway}, and --gateway says ${gateway}`,
    });
  if (!source.enabled)
    throw failure("IMPORT_SOURCE_UNFIT", {
      source: name,
      reason: "it is switched off, and every record of it would be rejected",
    });
  return source;
}

function adapterOf(source: SourceSetting): Adapter {
  const adapter = ADAPTERS.get(source.gateway);
  if (adapter !== undefined) return adapter;
  throw failure("IMPORT_SOURCE_UNFIT", {
    source: source.name,
    reason: `no adapter reads gateway ${source.gateway}; there are ${[...ADAPTERS.keys()].join(", ")}`,
  });
}
