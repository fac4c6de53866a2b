import { z } from "zod";
import { Text } from "#core/event-data.ts";

/** What people and machines do to the system itself, and what we keep a trail of. */
export const ACTS = [
  "audit.read",
  "settings.read",
  "access.denied",
  "export.began",
  "export.ended",
  "export.delivered",
  "export.failed",
  "export.missed",
  "import.began",
  "import.progress",
  "import.ended",
  "replay.began",
  "replay.ended",
  "period.changed",
  "run.requested",
  "run.proposed",
  "run.approved",
  "run.withdrawn",
  "run.began",
  "run.ended",
  "alert.undelivered",
  "alert.replayed",
] as const;

/** One message on the acts topic; it is there before data leaves or a change takes effect. */
export const Act = z.strictObject({
  act_id: z.guid().describe("The same id again is the same act."),
  act: z.enum(ACTS),
  actor: Text.describe("A key's id, a person at the command line, or `schedule:` and a name."),
  subject: Text.describe("What it was about: a route, a session, a partition."),
  detail: z.record(z.string(), z.unknown()).default({}),
});
export type Act = z.infer<typeof Act>;
