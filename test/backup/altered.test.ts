import { afterAll, beforeAll, expect, test } from "vitest";
import { runRestore } from "#cli/restore/run-restore.ts";
import { backUp, emptyTarget, folderStore, loadedGround, newFolder } from "#test/backup/backup-kit.ts";
import type { Ground } from "#test/support/pipeline.ts";

let ground: Ground;
const store = folderStore(newFolder());
beforeAll(async () => {
  ground = await loadedGround();
  await backUp(ground, store);
}, 90_000);
afterAll(() => ground.close());

/** Rows that are not those of the files although every file was right: only a look at what stands there finds it. */
test.each([
  [
    "a call less",
    "ALTER TABLE events_v1 DELETE WHERE output_tokens = 77 AND toHour(ingested_at) = 11",
    /2026-11-20T11/,
  ],
  [
    "a cost that is another",
    "ALTER TABLE events_v1 UPDATE cost_usd = cost_usd + toDecimal64(0.000000000001, 12) WHERE output_tokens = 33 AND toHour(ingested_at) = 13",
    /2026-11-20T13/,
  ],
  [
    "a stored byte that is another",
    "ALTER TABLE records_v1 UPDATE stored = concat(stored, ' ') WHERE offset = 0 AND element = 0",
    /batch .*\/\d 0-\d+ has another root/,
  ],
])(
  "a restore that broke off before it compared finds %s when it is run again",
  async (_what, sql, named) => {
    const target = await emptyTarget(ground, store);
    const progress = (line: string) => {
      if (line.startsWith("Comparing")) throw new Error("broken off");
    };
    await expect(runRestore({ ...target.deps, progress })).rejects.toThrow("broken off");
    await target.clickhouse.command(sql, { settings: { mutations_sync: "1" } });
    const failed = await target.restore().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "RESTORE_DIFFERS" });
    expect((failed as Error).message).toMatch(named);
    await target.clickhouse.close();
  },
  90_000,
);
