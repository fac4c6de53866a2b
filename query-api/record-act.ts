import { failure } from "#core/failure.ts";
import type { Act, ApiDeps } from "#query-api/deps.ts";

/**
 * Puts an act on the log before data leaves: no record, no answer.
 *
 * @throws failure ACT_NOT_RECORDED
 */
export async function actFirst(deps: Pick<ApiDeps, "recordAct">, act: Act): Promise<void> {
  try {
    await deps.recordAct(act);
  } catch (error) {
    throw failure("ACT_NOT_RECORDED", {}, error);
  }
}
