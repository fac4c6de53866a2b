import type { Outcome, ResponseData } from "#core/event-data.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import { claimed } from "#gateways/field-reader.ts";
import { allHold } from "#gateways/profile/conditions.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";

type Ending = Pick<ResponseData, "outcome" | "http_status" | "error_type" | "error_code">;

/** How a call ended: by the profile's rules, else by the status that the client saw. */
export function readOutcome(map: FieldMap["outcome"], record: RecordReader): Ending {
  const status = statusOf(record.get(map?.status));
  const rule = map?.rules.find(({ when }) => allHold(when, record));
  const outcome = rule?.is ?? byStatus(status);
  const failed = outcome === "error" || outcome === "blocked" || outcome === "aborted";
  const code =
    claimed(record.get(map?.error_code)) ?? (failed && (status ?? 0) >= 400 ? String(status) : null);
  return {
    outcome,
    http_status: status,
    error_type: failed ? claimed(record.get(map?.error_type)) : null,
    error_code: failed ? code : null,
  };
}

/** 499 is nginx's sign of a client that left before its answer was there. */
function byStatus(status: number | null): Outcome {
  if (status === 499) return "aborted";
  return status !== null && status >= 400 ? "error" : "success";
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}
