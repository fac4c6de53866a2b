// Flags of Node that our programs run with; plain JavaScript, because the launcher must run on Node 18 and 20 too.

/** The heap that `ingest` is held to, in MiB: V8 lets garbage pile up to a good part of the machine's memory otherwise. */
const INGEST_HEAP_MIB = 224;
/**
 * The young generation of `collect`, in MiB a half: bodies live for one request, and with Node's own 16 the collector
 * holds 330 MiB at 2,000 records a second, with this 250 (`npm run bench spool`), at the same CPU time. The old
 * generation has no bound of ours: one body of 64 MiB is text in it for a moment.
 */
const COLLECT_SEMI_SPACE_MIB = 4;
/**
 * The same of `api`: a page of an export outlives a young generation of any size, and V8's own is 90 MiB. With this, and
 * with what `runtime/small-heap.ts` says, an export of any size stays below 300 MB (`npm run bench export`).
 */
const API_SEMI_SPACE_MIB = 8;
/** What the default batches need; larger ones need a larger heap in proportion. */
const BATCH_BYTES_DEFAULT = 6_291_456;

/**
 * @param {string | undefined} verb
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function nodeFlags(verb, env) {
  // kafkajs sets a timer below zero now and then, which Node 24 reports on the screen; it is harmless.
  const flags = ["--disable-warning=TimeoutNegativeWarning", "--disable-warning=ExperimentalWarning"];
  const semiSpaceMib = { collect: COLLECT_SEMI_SPACE_MIB, api: API_SEMI_SPACE_MIB }[verb ?? ""];
  if (semiSpaceMib !== undefined && !/max[-_]semi[-_]space/.test(env.NODE_OPTIONS ?? ""))
    return [...flags, `--max-semi-space-size=${semiSpaceMib}`];
  if (verb !== "ingest" || /max[-_]old[-_]space/.test(env.NODE_OPTIONS ?? "")) return flags;
  const batchBytes = Number(env.SPENDTRAIL_BATCH_BYTES_MAX || BATCH_BYTES_DEFAULT);
  const heapMib = Math.ceil(INGEST_HEAP_MIB * Math.max(1, batchBytes / BATCH_BYTES_DEFAULT));
  return [...flags, `--max-old-space-size=${heapMib}`];
}
