import { withLocalRun } from "#cli/local-run.ts";
import { failure } from "#core/failure.ts";

const DEADLINE_MS = 60_000;

/** What is sent beside the address; absent, something is only asked. */
export interface Sent {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
}

/** Asks the query API, or has it change something, with the key of the environment, or of the `spendtrail up` that runs here. */
export async function askApi(
  path: string,
  params: Readonly<Record<string, string | readonly string[] | undefined>>,
  at: {
    readonly url?: string | undefined;
    readonly key?: string | undefined;
    readonly send?: Sent | undefined;
    readonly deadlineMs?: number;
  } = {},
): Promise<unknown> {
  const env = withLocalRun(process.env);
  const base = at.url ?? env["SPENDTRAIL_API_URL"] ?? "http://127.0.0.1:8787";
  const key = at.key ?? env["SPENDTRAIL_API_KEY"];
  if (!key) throw failure("API_KEY_NEEDED");
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(params)) {
    for (const part of value === undefined ? [] : [value].flat()) url.searchParams.append(name, part);
  }
  const { method = "GET", body: sent } = at.send ?? {};
  const headers = {
    ...{ authorization: `Bearer ${key}`, accept: "application/json" },
    ...(sent === undefined ? {} : { "content-type": "application/json" }),
  };
  const content = sent === undefined ? {} : { body: JSON.stringify(sent) };
  const signal = AbortSignal.timeout(at.deadlineMs ?? DEADLINE_MS);
  const response = await fetch(url, { method, headers, signal, ...content }).catch((error: unknown) => {
    throw failure("API_UNREACHABLE", { url: base, reason: reasonOf(error) }, error);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw failure("API_REFUSED", { status: response.status, reason: problemText(body) });
  return body;
}

function problemText(body: unknown): string {
  const { detail, faults } = (body ?? {}) as {
    detail?: string;
    faults?: { path: string; message: string }[];
  };
  const said = (faults ?? []).filter(({ path }) => !detail?.includes(path));
  const lines = said.map(({ path, message }) => `${path}: ${message}`);
  return [detail ?? "no reason", ...lines].join("\n  ");
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
