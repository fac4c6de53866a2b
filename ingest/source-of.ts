import type { Adapter } from "#core/adapter.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

/** The enabled sources, by name and by the topic that a gateway writes itself. */
export interface Sources {
  readonly recordsTopic: string;
  readonly byName: ReadonlyMap<string, SourceSetting>;
  readonly byTopic: ReadonlyMap<string, SourceSetting>;
}

export function sourcesOf(state: SettingsState, recordsTopic: string): Sources {
  const enabled = [...state.sources.values()].map(({ value }) => value).filter((source) => source.enabled);
  return {
    recordsTopic,
    byName: new Map(enabled.map((source) => [source.name, source])),
    byTopic: new Map(
      enabled.flatMap((source) => (source.topic === null ? [] : [[source.topic, source] as const])),
    ),
  };
}

type Owner =
  | {
      readonly source: SourceSetting;
      readonly adapter: Adapter;
      readonly reason: "unknown_source";
      readonly detail: "";
    }
  | {
      readonly source: SourceSetting | null;
      readonly adapter: null;
      readonly reason: RejectReason;
      readonly detail: string;
    };

/**
 * Which source a record is from. On our own topic the collector's header says so; a gateway's own topic belongs to the
 * source that names it, whatever the record's headers claim.
 */
export function sourceOf(record: LogRecord, sources: Sources, adapters: ReadonlyMap<string, Adapter>): Owner {
  const isOurs = record.topic === sources.recordsTopic;
  const claimed = record.headers.get("spendtrail-source");
  const source = isOurs ? sources.byName.get(claimed ?? "") : sources.byTopic.get(record.topic);
  if (source === undefined) {
    const detail = isOurs
      ? `no enabled source is named ${claimed ?? "(no header)"}`
      : `no enabled source has the topic ${record.topic}`;
    return { source: null, adapter: null, reason: "unknown_source", detail };
  }
  const gateway = isOurs ? (record.headers.get("spendtrail-gateway") ?? source.gateway) : source.gateway;
  if (gateway !== source.gateway) {
    const detail = `says it is of gateway ${gateway}, and source ${source.name} is ${source.gateway}`;
    return { source, adapter: null, reason: "principal_mismatch", detail };
  }
  const adapter = adapters.get(source.gateway);
  if (adapter === undefined) {
    return {
      source,
      adapter: null,
      reason: "unknown_source",
      detail: `no adapter reads gateway ${source.gateway}`,
    };
  }
  return { source, adapter, reason: "unknown_source", detail: "" };
}
