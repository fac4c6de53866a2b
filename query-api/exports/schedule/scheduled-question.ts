import type { z } from "zod";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { ASK_COSTS } from "#query-api/exports/ask-costs.ts";
import { ASK_FOCUS } from "#query-api/exports/ask-focus.ts";
import { ASK_JOURNAL } from "#query-api/exports/ask-journal.ts";
import type { AskDeps } from "#query-api/exports/export-kind.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import { relativeRange } from "#query-api/exports/schedule/relative-range.ts";
import type { Reader } from "#query-api/reader.ts";

type Asked = Readonly<Record<string, string | readonly string[]>>;

/** Exactly the parameters that the route would be asked with, so anybody can ask for the same file again. */
export function scheduledParameters(schedule: ExportScheduleSetting, dueMs: number): Asked {
  // The days and months of FOCUS are those of UTC, whatever zone the clock is in.
  const zone = schedule.export === "focus" ? "UTC" : schedule.zone;
  return {
    ...schedule.parameters,
    ...relativeRange(schedule.range, dueMs, zone),
    ...(schedule.export === "focus" ? {} : { tz: zone }),
    as_of: new Date(dueMs).toISOString(),
    format: schedule.format,
  };
}

/** What the route would say against the schedule's parameters; null: nothing. */
export function parameterFaults(schedule: ExportScheduleSetting, dueMs: number): string | null {
  const own = RESERVED.filter((name) => name in schedule.parameters);
  if (own.length > 0) return `parameters: ${own.join(", ")} follow from range, zone, format and the due time`;
  const read = shapeOf(schedule).safeParse(scheduledParameters(schedule, dueMs));
  if (read.success) return null;
  return read.error.issues
    .map((issue) => `parameters.${issue.path.join(".") || "*"}: ${issue.message}`)
    .join("; ");
}

const RESERVED = ["from", "to", "tz", "as_of", "format"];

function shapeOf({ export: name }: ExportScheduleSetting): z.ZodObject {
  return { costs: ASK_COSTS, focus: ASK_FOCUS, journal: ASK_JOURNAL }[name].querystring;
}

/** The plan of a scheduled export, by the very code that answers the route. @throws ZodError */
export function planOf(
  schedule: ExportScheduleSetting,
  dueMs: number,
  deps: AskDeps,
  reader: Reader,
): Promise<ExportPlan> {
  const asked = scheduledParameters(schedule, dueMs);
  switch (schedule.export) {
    case "costs":
      return ASK_COSTS.plan(ASK_COSTS.querystring.parse(asked), deps, reader);
    case "focus":
      return ASK_FOCUS.plan(ASK_FOCUS.querystring.parse(asked), deps, reader);
    case "journal":
      return ASK_JOURNAL.plan(ASK_JOURNAL.querystring.parse(asked), deps, reader);
    default:
      return schedule.export satisfies never;
  }
}
