import type { IngestDeps } from "#ingest/deps.ts";
import { type Ingester, runIngester } from "#ingest/ingester.ts";
import { sourcesOf } from "#ingest/source-of.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { checkInsertSettings } from "#runtime/clickhouse/insert-settings.ts";
import { copySettings } from "#runtime/settings/copy-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface Ingest {
  /** Partitions that stand still, with the reason. */
  stopped(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/**
 * Starts ingesting our own topic and those that sources name, and copying the settings' history. When a source with
 * another topic comes or goes, the group is left in order and joined anew with the new list.
 * @throws failure CLICKHOUSE_INSERT_SETTINGS, KAFKA_UNREACHABLE
 */
export async function startIngest(
  deps: IngestDeps & { readonly clickhouse: ClickHouse; readonly settings: SettingsLog },
): Promise<Ingest> {
  await checkInsertSettings(deps.clickhouse);
  const copy = copySettings({ clickhouse: deps.clickhouse, settings: deps.settings, log: deps.log });
  copy.done.catch(deps.crashed);
  let topics = topicsOf(deps);
  let ingester: Ingester = await runIngester(deps, topics);
  let isClosing = false;
  let turn: Promise<void> = Promise.resolve();
  const rejoin = async () => {
    const wanted = topicsOf(deps);
    if (isClosing || wanted.join() === topics.join()) return;
    deps.log.info({ topics: wanted }, "the sources' topics have changed; joining the group anew");
    await ingester.close();
    topics = wanted;
    ingester = await runIngester(deps, topics);
  };
  const forget = deps.settings.onChange(() => {
    turn = turn.then(rejoin).catch(deps.crashed);
  });
  return {
    stopped: () => ingester.stopped(),
    close: async () => {
      isClosing = true;
      forget();
      await turn;
      await ingester.close();
      await copy.stop();
    },
  };
}

function topicsOf(deps: IngestDeps): readonly string[] {
  const { byTopic } = sourcesOf(deps.settings.state(), deps.topics.records);
  return [...new Set([deps.topics.records, ...byTopic.keys()])].sort();
}
