import { readFileSync } from "node:fs";
import type { UsageEvent } from "../../examples/gateways/zuplo/modules/spendtrail/event.ts";
import { observeAnswer } from "../../examples/gateways/zuplo/modules/spendtrail/observe.ts";
import type { UsageOptions } from "../../examples/gateways/zuplo/modules/spendtrail/options.ts";
import type { GatewayRequest } from "../../examples/gateways/zuplo/modules/spendtrail/who.ts";

const STARTED_MS = Date.parse("2026-11-19T10:00:00.125Z");
const OPTIONS: UsageOptions = JSON.parse(readFileSync("examples/gateways/zuplo/config/policies.json", "utf8"))
  .policies[0].handler.options;

export const stream = (name: string): Uint8Array => readFileSync(`test/examples/streams/${name}.sse`);

/** A request of Claude Code by an app that Zuplo knows. */
export function requestOf(path = "/app-7/v1/messages", method = "POST"): GatewayRequest {
  const headers = new Headers({
    "user-agent": "claude-cli/2.1.240 (external, cli)",
    authorization: "Bearer gw-key-SHOULD-NOT-BE-SENT",
    "x-claude-code-session-id": "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    "x-claude-code-agent-id": "agent-7",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  });
  const user = { sub: "support-bot", data: { team: "search", owner: "jo@shop.example" } };
  return { url: `https://ai.shop.example${path}`, method, headers, user };
}

export interface Observed {
  readonly response: Response;
  readonly done: Promise<void>;
  /** The events that were given to the dispatcher. */
  readonly events: readonly UsageEvent[];
}

/** The policy's part around an upstream's answer, with a dispatcher that collects and a clock that ticks. */
export function observed(
  body: ReadableStream<Uint8Array> | Uint8Array | string | null,
  init: { readonly status?: number; readonly type?: string; readonly headers?: Record<string, string> } = {},
  request = requestOf(),
  options: Partial<UsageOptions> = {},
): Observed {
  const events: UsageEvent[] = [];
  let nowMs = STARTED_MS;
  const headers = { "content-type": init.type ?? "text/event-stream; charset=utf-8", ...init.headers };
  const response = new Response(body as ReadableStream | null, { status: init.status ?? 200, headers });
  const call = { requestId: "0b6c5a52-7c0e-4b0e-9a39-5f3f4a8f7c11", request, startedMs: STARTED_MS };
  const deps = {
    now: () => (nowMs += 1000),
    emit: (event: UsageEvent) => void events.push(event),
  };
  return { ...observeAnswer(response, call, { ...OPTIONS, ...options }, deps), events };
}

/** The bytes in pieces of `size`, so that lines and characters are cut in two. */
export function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}
