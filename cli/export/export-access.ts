import { withLocalRun } from "#cli/local-run.ts";
import { failure } from "#core/failure.ts";

/** Where the query API is and with which key it is asked. */
export interface Access {
  readonly base: string;
  readonly key: string;
}

/** From the option, the environment, or the `spendtrail up` that runs here. @throws failure API_KEY_NEEDED */
export function exportAccess(url: string | undefined): Access {
  const env = withLocalRun(process.env);
  const key = env["SPENDTRAIL_API_KEY"];
  if (!key) throw failure("API_KEY_NEEDED");
  return { base: url ?? env["SPENDTRAIL_API_URL"] ?? "http://127.0.0.1:8787", key };
}
