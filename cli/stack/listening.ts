import { failure } from "#core/failure.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Starts something that listens, and says in one sentence why it could not. `what` names the setting of the port,
 * such as `the query API (SPENDTRAIL_API_PORT)`.
 * @throws failure PORT_BUSY, LISTEN_REFUSED
 */
export async function listening<Value>(
  what: string,
  { host, port }: Address,
  start: () => Promise<Value>,
): Promise<Value> {
  try {
    return await start();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw failure("PORT_BUSY", { host, port, what }, error);
    if (syscall === "listen" || code === "ENOTFOUND" || code === "EAI_AGAIN")
      throw failure("LISTEN_REFUSED", { host, port, what, reason: code ?? "no reason" }, error);
    throw error;
  }
}
