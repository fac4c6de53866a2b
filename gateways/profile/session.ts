import type { FieldMap } from "#core/mapping/field-map.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";
import { type Session, sessionOf } from "#gateways/session-id.ts";

/** The session, by where the profile says that it lies. */
export function readSession(map: FieldMap["session"], record: RecordReader): Session {
  return sessionOf({
    header: record.get(map?.header),
    vendor: record.get(map?.gateway),
    body: record.get(map?.body),
    telemetry: record.get(map?.telemetry),
  });
}
