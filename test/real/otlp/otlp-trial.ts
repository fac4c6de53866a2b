import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { range } from "#test/real/range.ts";
import { type Product, startProduct } from "#test/support/product.ts";

const SOURCES = [
  { name: "claude-code", gateway: "claude-code", team_from: "resource" },
  { name: "spans", gateway: "otel-genai", team_from: "resource" },
];
const FOUND_BOUND_MS = 30_000;

/** As much of an event of the query API as is looked at here. */
export interface OtlpFound {
  readonly kind: string;
  readonly action: string | null;
  readonly outcome: string | null;
  readonly provider_request_id: string | null;
  readonly provider_message_id: string | null;
  readonly [field: string]: unknown;
}

/** The product with a source for Claude Code's logs and one for spans, and a key for each. */
export interface OtlpTrial {
  readonly product: Product;
  readonly keys: { readonly logs: string; readonly traces: string };
  /** The events of a session as soon as there are so many; more or fewer is a fault. */
  found(session: string, count: number): Promise<OtlpFound[]>;
  stop(): Promise<void>;
}

export async function startOtlpTrial(): Promise<OtlpTrial> {
  const product = await startProduct();
  const file = join(mkdtempSync(join(tmpdir(), "otlp-sources-")), "sources.json");
  writeFileSync(file, JSON.stringify(SOURCES));
  await product.cli("sources", "import", file, "--apply");
  const [logs, traces, reader] = await Promise.all([
    product.key("--role", "ingest", "--source", "claude-code"),
    product.key("--role", "ingest", "--source", "spans"),
    product.key("--role", "auditor"),
  ]);
  const events = async (session: string) => {
    const path = `/v1/audit/events?${range()}&session=${session}&order=oldest&limit=200`;
    const { status, body } = await product.get<{ events: OtlpFound[] }>(path, reader);
    expect(status).toBe(200);
    return body.events;
  };
  return {
    product,
    keys: { logs, traces },
    found: async (session, count) => {
      const poll = { timeout: FOUND_BOUND_MS, interval: 250 };
      await expect.poll(async () => (await events(session)).length, poll).toBe(count);
      return events(session);
    },
    stop: () => product.stop(),
  };
}
