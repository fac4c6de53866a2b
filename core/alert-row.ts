import { z } from "zod";
import { ALERT_KINDS, ALERT_STATES } from "#core/alert.ts";

/** `2026-11-01 00:00:00.000`, in UTC; becomes ISO 8601. */
const Moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)
  .transform((text) => `${text.replace(" ", "T")}Z`);

/** An alert as it is stored and shown, without what only its writer needs. */
export const AlertRow = z.object({
  alert_id: z.string(),
  kind: z.enum(ALERT_KINDS),
  episode: z.int(),
  state: z.enum(ALERT_STATES),
  labels: z.record(z.string(), z.string()),
  details: z.record(z.string(), z.string()),
  receivers: z.array(z.string()),
  first_seen: Moment,
  last_seen: Moment,
  fired_at: Moment,
  changed_at: Moment,
  resolved_at: Moment.nullable(),
});
