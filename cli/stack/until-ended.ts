import type { Base } from "#cli/stack/base.ts";
import type { Failure } from "#core/failure.ts";

/**
 * Resolves when the program was told to end and has closed in order.
 * @param lost resolves when a server that it cannot do without is gone; what that gives is thrown, after the close
 */
export async function untilEnded(
  base: Pick<Base, "shutdown" | "log">,
  lost?: Promise<Failure>,
): Promise<void> {
  const told = new Promise<null>((ended) =>
    base.shutdown.signal.addEventListener("abort", () => ended(null), { once: true }),
  );
  const failure = await Promise.race([told, ...(lost === undefined ? [] : [lost])]);
  if (failure !== null) base.log.fatal({ err: failure }, "an embedded server is gone; ending");
  await base.shutdown.close(failure?.code ?? "end");
  if (failure !== null) throw failure;
}
