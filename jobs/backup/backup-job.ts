import type { Link } from "#core/backup/chain.ts";
import { type BackupDeps, runBackup } from "#jobs/backup/run-backup.ts";
import type { Job } from "#jobs/job.ts";

/** An hour's back-up is then at most this much older than it must be. */
const EVERY_MS = 15 * 60_000;

/** The back-up on a clock. Manifests never change, so each is read once and then remembered. */
export function backupJob(deps: Omit<BackupDeps, "signal" | "known">): Job {
  let known: readonly Link[] = [];
  return {
    name: "backup",
    everyMs: EVERY_MS,
    run: async (signal) => {
      const { chain, written } = await runBackup({ ...deps, signal, known });
      known = chain;
      deps.log.info({ place: deps.store.place, written: written.length }, "backed up");
    },
  };
}
