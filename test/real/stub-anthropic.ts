import { STUB_TEXT, type StubUsage } from "#test/real/stub-usage.ts";

interface Answer {
  readonly id: string;
  readonly model: string;
  readonly usage: StubUsage;
}

/** A whole answer of Anthropic's `/v1/messages`. */
export function anthropicMessage({ id, model, usage }: Answer): object {
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text: STUB_TEXT.join("") }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { ...usageOf(usage), output_tokens: usage.output },
  };
}

/**
 * The same as the events of a stream. The output is counted twice on the way, each time in total, as Anthropic's
 * streams do: who adds the counts up has too many.
 */
export function anthropicEvents({ id, model, usage }: Answer): string[] {
  const message = { id, type: "message", role: "assistant", model, content: [], stop_reason: null };
  const soFar = Math.ceil(usage.output / 2);
  return [
    event("message_start", {
      message: { ...message, stop_sequence: null, usage: { ...usageOf(usage), output_tokens: 1 } },
    }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("ping", {}),
    ...STUB_TEXT.map((text) =>
      event("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
    ),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: null, stop_sequence: null },
      usage: { ...totals(usage), output_tokens: soFar },
    }),
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { ...totals(usage), output_tokens: usage.output },
    }),
    event("message_stop", {}),
  ];
}

export function anthropicError(status: number, requestId: string): object {
  const type = status === 429 ? "rate_limit_error" : "api_error";
  return { type: "error", error: { type, message: "planned by the test" }, request_id: requestId };
}

function totals({ input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 }: StubUsage) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
  };
}

function usageOf(usage: StubUsage) {
  const { cacheWrite5m = 0, cacheWrite1h = 0 } = usage;
  return {
    ...totals(usage),
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
    service_tier: "standard",
    inference_geo: "not_available",
  };
}

function event(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
