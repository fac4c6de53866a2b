import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { exportAccess } from "#cli/export/export-access.ts";
import { Failure, failure } from "#core/failure.ts";

/** A schedule's value, as the API has it and as a file says it. Whether it is good is the API's to say. */
export type ScheduleValue = Readonly<Record<string, unknown>>;

const Stored = z.object({ version: z.int(), value: z.record(z.string(), z.unknown()) });

/** A schedule as it is set now; null: there is none of that name. */
export async function readSchedule(
  id: string,
  url: string | undefined,
): Promise<z.output<typeof Stored> | null> {
  try {
    return Stored.parse(await askApi(addressOf(id), {}, { url }));
  } catch (error) {
    if (error instanceof Failure && error.params["status"] === 404) return null;
    throw error;
  }
}

/** Sets a schedule from the version that was read; null removes it. @throws failure API_REFUSED */
export async function writeSchedule(
  id: string,
  version: number,
  value: ScheduleValue | null,
  at: { readonly url: string | undefined; readonly reason: string },
): Promise<number> {
  const body = { expected_version: version, value, reason: at.reason };
  const answer = await askApi(addressOf(id), {}, { url: at.url, send: { method: "PUT", body } });
  return z.object({ version: z.int() }).parse(answer).version;
}

/** A schedule that must be there. @throws failure OPTION_INVALID */
export async function existingSchedule(id: string, url: string | undefined) {
  const stored = await readSchedule(id, url);
  if (stored === null)
    throw failure("OPTION_INVALID", {
      option: "<name>",
      value: id,
      accepts: "the name of a schedule; see `spendtrail export schedules list`",
    });
  return stored;
}

/** The key that asks, which owns what it sets unless another is named. */
export function callingKeyId(url: string | undefined): string | undefined {
  return /^st_([a-z0-9]{12})_/.exec(exportAccess(url).key)?.[1];
}

function addressOf(id: string): string {
  return `/v1/settings/export_schedule/${encodeURIComponent(id)}`;
}
