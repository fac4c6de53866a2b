import { expect, inject } from "vitest";
import { type LiteLlmProxy, startLiteLlm } from "#test/real/litellm/start-proxy.ts";
import { range } from "#test/real/range.ts";
import { startUpstream, type Upstream } from "#test/real/stub-upstream.ts";
import { type Product, startProduct } from "#test/support/product.ts";

export const SOURCE = "litellm-prod";
/** Two virtual keys of two teams. */
export const KEYS = {
  grid: "sk-grid-key-of-the-test",
  retail: "sk-retail-key-of-the-test",
} as const;
const OWNERS = {
  [KEYS.grid]: { team_id: "team-grid", team_alias: "Grid operations", user_id: "ada@grid.example" },
  [KEYS.retail]: { team_id: "team-retail", team_alias: "Retail", user_id: "grace@retail.example" },
};
const FOUND_BOUND_MS = 30_000;

/** What a client asks of LiteLLM. */
export interface Ask {
  readonly path?: string;
  readonly plan: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** What the client of LiteLLM saw. */
export interface Said {
  readonly status: number;
  readonly callId: string | null;
  /** What LiteLLM told its client that the call cost; it cannot say so of a stream. */
  readonly costUsd: number | null;
  readonly text: string;
}

/** As much of an event of the query API as is looked at here. */
export interface Found {
  readonly call_id: string | null;
  readonly provider_request_id: string | null;
  readonly session_id: string | null;
  readonly outcome: string;
  readonly cost: { readonly amount: string } | null;
  readonly gateway_cost: { readonly amount: string } | null;
  readonly meters: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** The product, LiteLLM in front of it with the shipped configuration, and a provider behind LiteLLM. */
export interface Trial {
  readonly product: Product;
  readonly proxy: LiteLlmProxy;
  readonly upstream: Upstream;
  /** A request to LiteLLM, for a test that reads the answer itself. */
  request(ask: Ask): RequestInit;
  call(ask: Ask): Promise<Said>;
  /** All events of LiteLLM's, or those of a session. */
  events(session?: string): Promise<Found[]>;
  /** The events of a session as soon as there are so many; more or fewer is a fault. */
  found(session: string, count: number): Promise<Found[]>;
  stop(): Promise<void>;
}

/** Only where Python is there. */
export async function startTrial(): Promise<Trial> {
  const python = inject("python");
  if ("missing" in python) throw new Error(python.missing);
  const [product, upstream] = await Promise.all([startProduct(), startUpstream()]);
  const stopOthers = () => Promise.all([product.stop(), upstream.close()]);
  try {
    return await withProxy(python.path, product, upstream, stopOthers);
  } catch (error) {
    await stopOthers();
    throw error;
  }
}

async function withProxy(
  python: string,
  product: Product,
  upstream: Upstream,
  stopOthers: () => Promise<unknown>,
): Promise<Trial> {
  await product.cli("sources", "import", "examples/gateways/litellm/sources.json", "--apply");
  const [ingestKey, reader] = await Promise.all([
    product.key("--role", "ingest", "--source", SOURCE),
    product.key("--role", "auditor"),
  ]);
  const addresses = { collector: product.collector, upstream: upstream.url };
  const proxy = await startLiteLlm({ python, ...addresses, ingestKey, keys: OWNERS });
  const events = (session?: string) => eventsOf(product, reader, session);
  return {
    product,
    proxy,
    upstream,
    request: requestOf,
    call: (ask) => call(proxy.url, ask),
    events,
    found: async (session, count) => {
      const poll = { timeout: FOUND_BOUND_MS, interval: 250 };
      await expect.poll(async () => (await events(session)).length, poll).toBe(count);
      return events(session);
    },
    stop: async () => {
      await proxy.stop();
      await stopOthers();
    },
  };
}

function requestOf(ask: Ask): RequestInit {
  return {
    method: "POST",
    headers: {
      authorization: `Bearer ${ask.key ?? KEYS.grid}`,
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      ...ask.headers,
    },
    body: JSON.stringify({
      model: "claude-sonnet-4-5",
      max_tokens: 200,
      messages: [{ role: "user", content: `plan:${ask.plan}` }],
      ...ask.body,
    }),
  };
}

async function call(url: string, ask: Ask): Promise<Said> {
  const response = await fetch(url + (ask.path ?? "/v1/messages"), requestOf(ask));
  const cost = response.headers.get("x-litellm-response-cost");
  return {
    status: response.status,
    callId: response.headers.get("x-litellm-call-id"),
    costUsd: cost === null ? null : Number(cost),
    text: await response.text(),
  };
}

async function eventsOf(product: Product, reader: string, session?: string): Promise<Found[]> {
  const filter = session === undefined ? "" : `&session=${session}`;
  const path = `/v1/audit/events?${range()}&source=${SOURCE}&order=oldest&limit=200${filter}`;
  const { status, body } = await product.get<{ events: Found[] }>(path, reader);
  expect(status).toBe(200);
  return body.events;
}
