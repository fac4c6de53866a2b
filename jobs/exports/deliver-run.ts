import { join } from "node:path";
import type { ExportRun, MadeFile } from "#core/export-schedule/export-run.ts";
import { deliveryId, exportFileName, runActId } from "#core/export-schedule/names.ts";
import { Failure, failure } from "#core/failure.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import type { ExportsDeps, MadeManifest, PlannedExport } from "#jobs/exports/deps.ts";
import type { Destination } from "#jobs/exports/destination.ts";
import { withDraftFolder, writeExport } from "#jobs/exports/draft.ts";

/**
 * Makes the export of a due time and delivers it. All of the file is made before any of it leaves, and that it was asked
 * for, what it holds and where it went are acts on record, in this order. Bears repeating at any point: the file and
 * the manifest are the same bytes again, under the same names and the same id.
 *
 * @throws failure EXPORT_DESTINATION_UNKNOWN, EXPORT_DESTINATION_REFUSED, and what the plan throws
 */
export async function deliverRun(
  run: Pick<ExportRun, "dueAt">,
  schedule: ExportScheduleSetting,
  deps: ExportsDeps,
  signal: AbortSignal,
): Promise<MadeFile> {
  const { dueAt } = run;
  const destination = destinationOf(schedule, deps);
  const planned = await deps.plan(schedule, Date.parse(dueAt), signal);
  const { from, to } = planned;
  const file = exportFileName({ schedule: schedule.id, from, to, dueAt, format: schedule.format });
  const act = actsOf(schedule, dueAt, planned, deps);
  return withDraftFolder(async (folder) => {
    await act("export.began", {});
    const path = join(folder, file);
    const manifest = await writeExport(planned.pieces(), path, signal);
    const { as_of, row_count: rowCount, sums, bytes, sha256, data_until: dataUntil } = manifest;
    await act("export.ended", { as_of, row_count: rowCount, sums, bytes, sha256 });
    signal.throwIfAborted();
    const content = manifestBytes(file, schedule, dueAt, planned, manifest);
    const { mediaType, address } = planned;
    const id = deliveryId(schedule.id, dueAt);
    const delivery = {
      id,
      schedule: schedule.id,
      dueAt,
      file,
      mediaType,
      path,
      bytes,
      sha256,
      rowCount,
      address,
    };
    await destination.deliver({ ...delivery, manifest: content }, signal).catch((error: unknown) => {
      if (error instanceof Failure && error.code === "EXPORT_RECEIVER_REFUSED") throw error;
      const { destination } = schedule;
      throw failure(
        "EXPORT_DESTINATION_REFUSED",
        { destination, file, reason: (error as Error).message },
        error,
      );
    });
    const where = { destination: schedule.destination, place: destination.place, file };
    await act("export.delivered", { ...where, bytes, sha256 }, runActId("delivered", schedule.id, dueAt));
    return { file, from, to, bytes, rowCount, sha256, dataUntil, reachesEnd: planned.reachesEnd };
  });
}

function destinationOf({ destination: name }: ExportScheduleSetting, deps: ExportsDeps): Destination {
  const destination = deps.destinations.get(name);
  if (destination !== undefined) return destination;
  const known = [...deps.destinations.keys()].join(", ") || "none is configured";
  throw failure("EXPORT_DESTINATION_UNKNOWN", { destination: name, known });
}

/** Acts of the schedule, told like those of a person who exports. */
function actsOf(
  schedule: ExportScheduleSetting,
  dueAt: string,
  { query }: PlannedExport,
  { recordAct }: ExportsDeps,
) {
  const { id, owner, format } = schedule;
  return (
    act: "export.began" | "export.ended" | "export.delivered",
    detail: Readonly<Record<string, unknown>>,
    actId?: string,
  ) =>
    recordAct({
      act,
      actor: `schedule:${id}`,
      subject: `/v1/exports/${schedule.export}`,
      detail: { owner, due_at: dueAt, format, ...query, ...detail },
      ...(actId === undefined ? {} : { act_id: actId }),
    });
}

/** Nothing of when or by whom it was made: the same file has the same manifest. */
function manifestBytes(
  file: string,
  { id, owner, range, zone }: ExportScheduleSetting,
  dueAt: string,
  { reachesEnd, address }: PlannedExport,
  manifest: MadeManifest,
): Buffer {
  const schedule = { name: id, owner, due_at: dueAt, range, zone, data_reaches_end: reachesEnd, address };
  return Buffer.from(`${JSON.stringify({ file, schedule, ...manifest }, null, 2)}\n`);
}
