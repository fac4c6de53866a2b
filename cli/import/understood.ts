import type { Examined } from "#cli/import/examine.ts";
import type { Adapter } from "#core/adapter.ts";
import { failure } from "#core/failure.ts";
import { readElement } from "#core/json/read-record.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { ADAPTERS } from "#gateways/registry.ts";

/**
 * Ends an import of which nothing at all would be understood: the wrong source was named, and millions of rejects
 * help nobody. @throws failure IMPORT_NOT_UNDERSTOOD
 */
export function refuseForeign(records: readonly Examined[], source: SourceSetting, adapter: Adapter): void {
  const [first] = records;
  if (first === undefined || first.verdict.isAccepted) return;
  if (records.some(({ verdict }) => verdict.isAccepted)) return;
  const { reason, detail } = first.verdict;
  const others = whoUnderstands(first, source, adapter);
  const hint =
    others.length > 0
      ? `It reads as one of gateway ${others.join(" or ")}: name a source of that gateway.`
      : "See docs/rejects.md.";
  throw failure("IMPORT_NOT_UNDERSTOOD", {
    records: records.length,
    gateway: source.gateway,
    reason,
    detail,
    hint,
  });
}

function whoUnderstands({ record }: Examined, source: SourceSetting, own: Adapter): string[] {
  const read = readElement(record.value);
  if (!read.ok) return [];
  const position = { topic: "", partition: 0, offset: 0n, appendTimeMs: 0, element: 0 };
  return [...ADAPTERS.values()]
    .filter((adapter) => adapter !== own)
    .filter((adapter) => {
      const context = { source: { ...source, gateway: adapter.gateway }, position, headers: new Map() };
      const adapted = adapter.adapt(read.value.value, context);
      return adapted.ok && adapted.value.length > 0;
    })
    .map(({ gateway }) => gateway);
}
