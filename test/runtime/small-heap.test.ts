import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** The largest heap, in MiB, of a process that makes much garbage over 60 MiB that live: old garbage, as pages of rows are. */
function peakMib(first: string): number {
  const program = `${first}
    const texts = (count) => Array.from({ length: count }, (_, at) => ({ at, text: "x".repeat(20) + at }));
    const living = texts(600_000);
    let peak = 0;
    for (let page = 0; page < 60; page++) {
      globalThis.held = [globalThis.held?.[1], texts(50_000)];
      peak = Math.max(peak, process.memoryUsage().heapTotal);
    }
    console.log(peak / 1048576, living.length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return Number(stdout.split(" ")[0]);
}

test("a program that keeps its heap small lets little garbage pile up", () => {
  const usual = peakMib("");
  const small = peakMib('import { keepHeapSmall } from "#runtime/small-heap.ts"; keepHeapSmall();');
  expect(small).toBeLessThan(usual * 0.85);
});
