import type { AdaptContext } from "#core/adapter.ts";
import type { AuditData } from "#core/event-data.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import type { Paths } from "#core/mapping/path.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { idsOf, whatOf, whoOf } from "#gateways/profile/call-data.ts";
import { readOutcome } from "#gateways/profile/outcome.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";
import { readSession } from "#gateways/profile/session.ts";
import { readTimes } from "#gateways/profile/times.ts";

/** What happened beside the calls. It has an outcome only where the profile says how to tell one. */
export function readAudit(
  gateway: string,
  map: FieldMap,
  record: RecordReader,
  context: AdaptContext,
  fields: FieldReader,
): AuditData {
  const text = (paths: Paths | undefined, length?: number) => claimed(record.get(paths), length);
  const { ended_at, started_at, time_quality } = readTimes(
    map.times,
    record,
    context.position.appendTimeMs,
    fields,
  );
  const ending = readOutcome(map.outcome, record);
  const action = map.audit?.action ?? "record";
  const detail = text(map.audit?.action_path, 256);
  return {
    ...idsOf(gateway, map, record, context),
    ...readSession(map.session, record),
    ...whoOf(map, record, context),
    ...whatOf(map, record, context),
    service_tier: null,
    speed: null,
    started_at,
    time_quality,
    ended_at,
    ...ending,
    outcome: map.outcome === undefined ? null : ending.outcome,
    action: detail === null ? action : `${action}.${detail}`,
    target_type: map.audit?.target_type ?? null,
    target_id: text(map.audit?.target_id),
    details: Object.fromEntries(
      Object.entries(map.audit?.details ?? {}).flatMap(([name, paths]) => {
        const value = text(paths);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
}
