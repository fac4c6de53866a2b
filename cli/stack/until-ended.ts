import type { Base } from "#cli/stack/base.ts";

/** Resolves when the program was told to end and has closed in order. */
export async function untilEnded(base: Base): Promise<void> {
  await new Promise<void>((ended) =>
    base.shutdown.signal.addEventListener("abort", () => ended(), { once: true }),
  );
  await base.shutdown.close("end");
}
