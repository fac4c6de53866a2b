import { setFlagsFromString } from "node:v8";

/**
 * By how much of what is alive the heap grows before it is swept, in percent. V8 by itself lets garbage pile up to a
 * multiple of that: an export then holds 310 to 450 MiB, with this 200 to 240, for a sixth to a third more processor time
 * (`npm run bench export`, docs/benchmarks.md). No limit: what a request needs, it gets.
 */
const HEAP_GROWING_PERCENT = 20;

/** Keeps the garbage of this process few; for programs whose memory is promised. No flag, as `NODE_OPTIONS` takes it not. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
}
