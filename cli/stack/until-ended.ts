import { setImmediate as nextTurn } from "node:timers/promises";
import type { Base } from "#cli/stack/base.ts";
import type { Failure } from "#core/failure.ts";

/**
 * Resolves when the program was told to end and has closed in order.
 * @param lost resolves when a server that it cannot do without is gone; what that gives is thrown, after the close. A
 *   part may have noticed first and ended the program: the server is the reason all the same.
 */
export async function untilEnded(
  base: Pick<Base, "shutdown" | "log">,
  lost: Promise<Failure> = new Promise(() => {}),
): Promise<void> {
  const { signal } = base.shutdown;
  const told = new Promise<null>((ended) => {
    if (signal.aborted) ended(null);
    else signal.addEventListener("abort", () => ended(null), { once: true });
  });
  const first = await Promise.race([told, lost]);
  if (first !== null) base.log.fatal({ err: first }, "an embedded server is gone; ending");
  await base.shutdown.close(first?.code ?? "end");
  const failure = first ?? (await Promise.race([lost, nextTurn(null)]));
  if (failure !== null) throw failure;
}
