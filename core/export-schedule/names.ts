import { eventId } from "#core/identity.ts";

/** `month-close_2026-11-01_2026-12-01_due-20261201T060000Z.csv`: the same run has the same name, another has another. */
export function exportFileName(of: {
  readonly schedule: string;
  /** Local dates or instants. */
  readonly from: string;
  readonly to: string;
  readonly dueAt: string;
  readonly format: string;
}): string {
  const range = [of.from, of.to].map((end) => (end.includes("T") ? compact(end) : end));
  return `${of.schedule}_${range.join("_")}_due-${compact(of.dueAt)}.${of.format}`;
}

/** Identity of a delivery, for receivers that drop repeats: it follows from the schedule and the due time alone. */
export function deliveryId(schedule: string, dueAt: string): string {
  return eventId("scheduled-export", [schedule, dueAt]);
}

/** Id of an act about a due time, so that the same act recorded again is known for the same. */
export function runActId(act: string, schedule: string, dueAt: string, more = ""): string {
  const hex = eventId(`act:${act}`, [schedule, dueAt, more]);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function compact(instant: string): string {
  return instant.replace(".000Z", "Z").replaceAll(/[-:.]/g, "");
}
