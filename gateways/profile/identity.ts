import type { AdaptContext } from "#core/adapter.ts";
import { eventId } from "#core/identity.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import type { Paths } from "#core/mapping/path.ts";
import { claimed } from "#gateways/field-reader.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";
import { type RecordIdentity, recordIdentity } from "#gateways/record-identity.ts";

/**
 * The identity of a record. A call that comes in two events is known by what both share, where they do share
 * something; other kinds of records about the same call are events of their own, told apart by `kind`.
 */
export function identityOf(
  map: FieldMap,
  kind: string | null,
  record: RecordReader,
  context: AdaptContext,
): RecordIdentity {
  const shared = kind === null ? callParts(map, record) : null;
  const own = partsOf(map.identity, record);
  const parts = shared ?? (own === null || kind === null ? own : [kind, ...own]);
  return recordIdentity(parts, context);
}

/**
 * The event id of the call that a part belongs to. Where nothing joins the two it is the id of a call that nobody
 * has seen: the part's figures count, and it is never laid to another call.
 */
export function callIdOf(map: FieldMap, record: RecordReader, own: string, context: AdaptContext): string {
  return eventId(context.source.name, callParts(map, record) ?? ["unseen call of", own]);
}

function callParts(map: FieldMap, record: RecordReader): (string | null)[] | null {
  const parts = partsOf(map.call_by, record);
  return parts === null || parts.includes(null) ? null : ["call", ...parts];
}

/** null where the first part, which names the record, is not there. */
function partsOf(paths: readonly Paths[] | undefined, record: RecordReader): (string | null)[] | null {
  const parts = (paths ?? []).map((path) => claimed(record.get(path)));
  return parts[0] === undefined || parts[0] === null ? null : parts;
}
