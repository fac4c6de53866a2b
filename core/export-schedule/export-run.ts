/** What can become of a due time. `delivered` and `missed` are final; `failed` until somebody asks for it again. */
export const RUN_STATES = ["due", "running", "retrying", "delivered", "failed", "missed"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What became of one due time of a schedule so far. */
export interface ExportRun {
  readonly schedule: string;
  /** As ISO 8601 in UTC; the file's `as_of`. */
  readonly dueAt: string;
  readonly state: RunState;
  readonly attempts: number;
  /** Version of the schedule that was last looked at for it. */
  readonly scheduleVersion: number;
  readonly destination: string;
  readonly made: MadeFile | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly changedAt: string;
  readonly nextTryAt: string | null;
  /** The largest one is the one that is read. */
  readonly revision: number;
}

/** The file that was made for it. */
export interface MadeFile {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly rowCount: number;
  readonly sha256: string;
  readonly dataUntil: string | null;
  readonly reachesEnd: boolean;
}

/** Of what was delivered: nobody who comes late says otherwise. */
const DELIVERED_REVISION = 4_294_967_295;

const MINUTE_MS = 60_000;
const WAIT_MS_MAX = 60 * MINUTE_MS;
/** Some two hours of tries: 1, 2, 4, … minutes, at most an hour. */
export const ATTEMPTS_MAX = 8;

/** How long to wait after so many tries that failed. */
export function retryWaitMs(attempts: number): number {
  return Math.min(MINUTE_MS * 2 ** (attempts - 1), WAIT_MS_MAX);
}

/** The run as it is after something happened to it at `now`. */
export function changedRun(
  run: ExportRun,
  now: string,
  change: Partial<Omit<ExportRun, "schedule" | "dueAt" | "changedAt" | "revision">> & {
    readonly state: RunState;
  },
): ExportRun {
  const revision = change.state === "delivered" ? DELIVERED_REVISION : run.revision + 1;
  return { ...run, nextTryAt: null, failure: null, ...change, changedAt: now, revision };
}
