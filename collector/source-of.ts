import { failure } from "#core/failure.ts";
import type { KeySetting } from "#core/settings/key.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { SettingsState } from "#core/settings/state.ts";

/** Which sources a door takes records for. */
export interface Door {
  /** The gateways, for the sentence that refuses. */
  readonly gateways: string;
  /** Why it takes none of this source; null: it does. */
  faultOf(source: SourceSetting): string | null;
}

/** The door of one gateway. */
export function gatewayDoor(gateway: string): Door {
  const faultOf = (source: SourceSetting) =>
    source.gateway === gateway ? null : `it is a source of gateway ${source.gateway}`;
  return { gateways: gateway, faultOf };
}

/**
 * The source that a request writes as: what the key allows, narrowed by what the door takes and by the name
 * that the request gives. A name alone gives nothing: it must be among the key's own.
 * @param named from `spendtrail-source` or `?source=`; null where the request names none
 * @throws failure SOURCE_NOT_ALLOWED, SOURCE_UNCLEAR
 */
export function sourceOf(
  key: Pick<KeySetting, "sources">,
  state: Pick<SettingsState, "sources">,
  door: Door,
  named: string | null,
): SourceSetting {
  const { gateways: gateway } = door;
  const refuse = (source: string, reason: string) =>
    failure("SOURCE_NOT_ALLOWED", { source, reason, gateway });
  if (named !== null) {
    const source = key.sources.includes(named) ? state.sources.get(named)?.value : undefined;
    // One answer for "not yours" and "not there": a key cannot be used to find out names.
    if (source === undefined) throw refuse("the source that was named", "it is none of the key's sources");
    const fault = faultOf(source, door);
    if (fault !== null) throw refuse(source.name, fault);
    return source;
  }
  const own = key.sources.flatMap((name) => state.sources.get(name)?.value ?? []);
  const fitting = own.filter((source) => faultOf(source, door) === null);
  if (fitting.length > 1) {
    throw failure("SOURCE_UNCLEAR", { gateway, sources: fitting.map((source) => source.name).join(", ") });
  }
  const [only] = fitting;
  if (only !== undefined) return only;
  const [first] = own;
  if (own.length === 1 && first !== undefined) throw refuse(first.name, faultOf(first, door) ?? "");
  throw refuse("any source", `none of the key's sources takes records of gateway ${gateway} by this door`);
}

function faultOf(source: SourceSetting, door: Door): string | null {
  const fault = door.faultOf(source);
  if (fault !== null) return fault;
  if (!source.enabled) return "it is switched off";
  if (source.topic !== null) return "its records come from a Kafka topic of its own";
  return null;
}
