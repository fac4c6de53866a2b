import type { IngestDeps } from "#ingest/deps.ts";
import { type Ingester, runIngester } from "#ingest/ingester.ts";
import { sourcesOf } from "#ingest/source-of.ts";
import { checkInsertSettings } from "#runtime/clickhouse/check-insert-settings.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { listTopics } from "#runtime/kafka/list-topics.ts";
import { copySettings } from "#runtime/settings/copy-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface Ingest {
  /** Why it is not ready, a sentence each. */
  notReady(): readonly string[];
  /** Partitions that stand still, with the reason. */
  stopped(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** How often a topic that a source names and that is not there is looked for again. */
const MISSING_LOOK_MS = 30_000;

/**
 * Starts ingesting our own topic and those that sources name, and copying the settings' history. When a source with
 * another topic comes or goes, the group is left in order and joined anew with the new list. A gateway's topic that
 * is not there is left out with a warning and looked for again: joining with it would stop all the others.
 * @throws failure CLICKHOUSE_INSERT_SETTINGS, KAFKA_UNREACHABLE
 */
export async function startIngest(
  deps: IngestDeps & { readonly clickhouse: ClickHouse; readonly settings: SettingsLog },
): Promise<Ingest> {
  await checkInsertSettings(deps.clickhouse);
  const copy = copySettings({ clickhouse: deps.clickhouse, settings: deps.settings, log: deps.log });
  copy.done.catch(deps.crashed);
  let topics = await topicsThere(deps);
  let ingester: Ingester = await runIngester(deps, topics);
  let isClosing = false;
  let turn: Promise<void> = Promise.resolve();
  const rejoin = async () => {
    if (isClosing) return;
    const wanted = await topicsThere(deps).catch((error: unknown) => {
      // Kafka is away for the moment: the consumer says so itself, and we look again.
      deps.log.warn({ err: error }, "the sources' topics could not be looked at");
      return topics;
    });
    if (isClosing || wanted.join() === topics.join()) return;
    deps.log.info({ topics: wanted }, "the sources' topics have changed; joining the group anew");
    await ingester.close();
    topics = wanted;
    ingester = await runIngester(deps, topics);
  };
  const look = () => {
    turn = turn.then(rejoin).catch(deps.crashed);
  };
  const forget = deps.settings.onChange(look);
  const timer = setInterval(
    () => topics.join() !== topicsOf(deps).join() && look(),
    deps.missingLookMs ?? MISSING_LOOK_MS,
  );
  return {
    notReady: () => ingester.notReady(),
    stopped: () => ingester.stopped(),
    close: async () => {
      isClosing = true;
      forget();
      clearInterval(timer);
      await turn;
      await ingester.close();
      await copy.stop();
    },
  };
}

async function topicsThere(deps: IngestDeps): Promise<readonly string[]> {
  const named = topicsOf(deps);
  const there = named.length > 1 ? await listTopics(deps.kafka, deps.log) : new Set<string>();
  const missing = named.filter((topic) => topic !== deps.topics.records && !there.has(topic));
  if (missing.length > 0)
    deps.log.warn({ topics: missing }, "a source names a topic that is not there; reading it when it is");
  return named.filter((topic) => !missing.includes(topic));
}

function topicsOf(deps: IngestDeps): readonly string[] {
  const { byTopic } = sourcesOf(deps.settings.state(), deps.topics.records);
  return [...new Set([deps.topics.records, ...byTopic.keys()])].sort();
}
