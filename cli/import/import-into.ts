import { type Ground, onGround } from "#cli/import/ground.ts";
import { inputsOf, shownInput } from "#cli/import/inputs.ts";
import { importActs, importId, type Mark, readMarks } from "#cli/import/marks.ts";
import type { ImportOptions } from "#cli/import/options.ts";
import { createOverlapCheck, type OverlapCheck } from "#cli/import/overlap.ts";
import { createPace } from "#cli/import/pace.ts";
import { type ImportReport, reportOf } from "#cli/import/report.ts";
import { type Progress, runImport } from "#cli/import/run-import.ts";
import { createTally } from "#cli/import/tally.ts";
import { isoOf, timeRange } from "#cli/import/time-range.ts";
import { whenTold } from "#cli/import/when-told.ts";
import type { Screen } from "#cli/screen.ts";
import { failure } from "#core/failure.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";

/** Imports what the command line names and reports. @throws failure IMPORT_*, FILE_UNREADABLE, KAFKA_*, CLICKHOUSE_* */
export async function importInto(
  named: string,
  options: ImportOptions,
  screen: Screen,
): Promise<ImportReport> {
  const range = timeRange(options.from, options.until);
  const source = { format: options.format, range, nowMs: Date.now(), env: process.env };
  const inputs = await inputsOf(named, source);
  return onGround(options, (ground) =>
    withOverlapCheck(options, ground, (overlap) =>
      whenTold(async (signal) => {
        const key = { source: ground.source.name, from: isoOf(range.fromMs), until: isoOf(range.untilMs) };
        const { servers } = ground;
        const tally = createTally(ground.source, ground.book, source.nowMs);
        const isDry = options.dryRun === true || servers === null;
        const so = await runImport({
          ...{ ground, inputs, range, tally, overlap, signal },
          marks: await marksFor(options, ground, importId(key)),
          acts: isDry
            ? null
            : importActs(servers.producer, servers.config.topics.acts, key, shownInput(named)),
          keepRejects: options.keepRejects === true || options.dryRun === true,
          personSalt: servers?.config.personSalt ?? Buffer.from("a dry run stores no pseudonym"),
          pace: createPace(isDry ? undefined : options.limitPerSecond),
          recordsPerChunk: options.limitPerSecond ?? Number.POSITIVE_INFINITY,
          clock: Date.now,
          onProgress: progressLine(screen),
          onRemark: screen.say,
        });
        const about = { source: ground.source.name, gateway: ground.source.gateway, prices: ground.prices };
        const report = reportOf(options, about, so, tally.report());
        if (!isDry && so.sent > 0)
          await importActs(servers.producer, servers.config.topics.acts, key, shownInput(named)).ended({
            ...{ read: report.read, sent: report.sent, rejected: report.rejected, stopped: report.stopped },
            ...{ first_event: report.first_event, last_event: report.last_event },
          });
        return report;
      }),
    ),
  );
}

async function marksFor(options: ImportOptions, ground: Ground, id: string): Promise<Map<string, Mark>> {
  if (ground.servers === null || options.again === true) return new Map();
  const { config, log } = ground.servers;
  return readMarks(config.kafka, config.topics.acts, id, log);
}

/** Evidence is never added up, so it overlaps with nothing. @throws failure IMPORT_OVERLAP_UNCHECKED */
async function withOverlapCheck<Value>(
  options: ImportOptions,
  { source, servers }: Ground,
  act: (check: OverlapCheck | null) => Promise<Value>,
): Promise<Value> {
  if (options.allowOverlap === true || source.role === "evidence" || servers === null) return act(null);
  const { apiAll } = servers.config.clickhouse;
  if (apiAll.url === "" || apiAll.password === "") {
    if (options.dryRun === true && options.live.length === 0) return act(null);
    throw failure("IMPORT_OVERLAP_UNCHECKED", { reason: "there is no ClickHouse to ask" });
  }
  const clickhouse = connectClickHouse(apiAll);
  try {
    return await act(createOverlapCheck(clickhouse, source.name, options.live));
  } finally {
    await clickhouse.close();
  }
}

const PROGRESS_MS = 200;

function progressLine(screen: Screen): (so: Progress) => void {
  const beganMs = performance.now();
  let saidMs = beganMs;
  return (so) => {
    const nowMs = performance.now();
    if (nowMs - saidMs < PROGRESS_MS) return;
    saidMs = nowMs;
    const rate = Math.round(so.read / ((nowMs - beganMs) / 1000));
    const name = so.input.length > 40 ? `…${so.input.slice(-39)}` : so.input;
    screen.progress(
      `${so.read.toLocaleString("en-US")} read, ${so.sent.toLocaleString("en-US")} sent, ${rate.toLocaleString("en-US")}/s  ${name}`,
    );
  };
}
