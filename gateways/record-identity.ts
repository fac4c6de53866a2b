import type { AdaptContext } from "#core/adapter.ts";
import type { IdentityQuality } from "#core/event.ts";
import { eventId } from "#core/identity.ts";

/** The header in which the collector stamps each record. */
const STAMP_HEADER = "spendtrail-record-id";

export interface RecordIdentity {
  readonly eventId: string;
  readonly identityQuality: IdentityQuality;
}

/**
 * The identity of a record: of what the vendor says of it (`vendorParts`, null where it says nothing), else of the
 * collector's stamp, else of where it lies. With the last two a re-post cannot be told from a new record.
 */
export function recordIdentity(
  vendorParts: readonly (string | null)[] | null,
  { source, headers, position }: AdaptContext,
): RecordIdentity {
  if (vendorParts !== null) {
    return { eventId: eventId(source.name, vendorParts), identityQuality: "vendor" };
  }
  const element = String(position.element);
  const stamp = headers.get(STAMP_HEADER);
  if (stamp !== undefined && stamp !== "") {
    return { eventId: eventId(source.name, ["stamp", stamp, element]), identityQuality: "stamped" };
  }
  const { topic, partition, offset, appendTimeMs } = position;
  const parts = ["position", topic, String(partition), String(offset), String(appendTimeMs), element];
  return { eventId: eventId(source.name, parts), identityQuality: "position" };
}
