import { setFlagsFromString } from "node:v8";

/**
 * By how much of what is alive the heap grows before it is swept, in percent. V8 by itself lets garbage pile up to twice
 * or four times that: an export then holds 310 MiB (Parquet 390), with this 170 and 200, for a third more processor time
 * of it (`npm run bench export`). No limit: what a request needs, it gets.
 */
const HEAP_GROWING_PERCENT = 20;

/** Keeps the garbage of this process few; for programs whose memory is promised. No flag, as `NODE_OPTIONS` takes it not. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
