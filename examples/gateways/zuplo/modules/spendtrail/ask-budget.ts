import { readJson, textOf } from "./json.ts";
import type { UsageOptions } from "./options.ts";
import { type GatewayRequest, whoOf } from "./who.ts";

/** The `options` of the policy `spendtrail-budget`: those of the usage policy that say who pays, and what to do without an answer. */
export interface BudgetOptions extends Pick<UsageOptions, "team" | "teamMetadata" | "subject"> {
  /** Without an answer: `open` lets the call through, `closed` stops it. */
  readonly fail: "open" | "closed";
  /** How long a call waits for the answer at most. */
  readonly timeoutMs?: number;
}

export interface AskDeps {
  /** `https://…/v1/decisions`, and a key of the role `gateway`. */
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly log: (line: string) => void;
}

const TIMEOUT_MS = 300;
/** A denial comes in the form that Claude Code understands, to be passed on as it is. */
const DENIED = 429;

/** What the client is answered instead of the call; null: the call may go on. */
export async function askBudget(
  request: GatewayRequest,
  options: BudgetOptions,
  { url, key, fetch, log }: AskDeps,
): Promise<Response | null> {
  try {
    if (!url || !key) throw new Error("SPENDTRAIL_DECISIONS_URL or SPENDTRAIL_DECISIONS_KEY is not set");
    const answer = await fetch(`${url}?deny_status=${DENIED}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(questionOf(request, options)),
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.status === DENIED && readJson(text)["type"] === "error") return passedOn(answer, text);
    if (answer.status === 200 && textOf(readJson(text)["decision"]) !== null) return null;
    throw new Error(`it answers ${answer.status}`);
  } catch (error) {
    log(`spendtrail gives no decision: ${error instanceof Error ? error.message : String(error)}`);
    return options.fail === "open" ? null : unknown();
  }
}

function questionOf(request: GatewayRequest, options: BudgetOptions): Record<string, string> {
  const { team, project, user } = whoOf(request, { ...options, instance: "" });
  const named = Object.entries({ team, project, user }).filter(([, value]) => value !== null);
  return { ...(Object.fromEntries(named) as Record<string, string>), gateway: "zuplo" };
}

function passedOn(answer: Response, text: string): Response {
  const headers = new Headers({ "content-type": "application/json", "x-should-retry": "false" });
  headers.set("retry-after", answer.headers.get("retry-after") ?? "1");
  return new Response(text, { status: DENIED, headers });
}

function unknown(): Response {
  const message = "Whether this may still spend cannot be told now.";
  return new Response(JSON.stringify({ type: "error", error: { type: "api_error", message } }), {
    status: 503,
    headers: { "content-type": "application/json", "x-should-retry": "false", "retry-after": "5" },
  });
}
