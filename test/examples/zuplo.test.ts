import { describe, expect, test } from "vitest";
import { CanonicalEvent } from "#core/event.ts";
import { inPieces, type Observed, observed, requestOf, stream } from "#test/examples/zuplo-call.ts";
import { contextOf, eventOf } from "#test/gateways/support.ts";

/** The one event of a call that the client read to its end. */
async function eventAfter(call: Observed) {
  await call.response.arrayBuffer();
  await call.done;
  expect(call.events).toHaveLength(1);
  const sent = JSON.parse(JSON.stringify(call.events[0]));
  expect(CanonicalEvent.safeParse(sent).error).toBeUndefined();
  return { sent, ...eventOf(sent, contextOf({ gateway: "canonical" })) };
}

describe("a streamed answer", () => {
  test("becomes an event that spendtrail takes: who, what, when and how much", async () => {
    const call = observed(stream("claude-code"), { headers: { "request-id": "req_011TrailZuplo" } });
    const { data, sent, identityQuality } = await eventAfter(call);
    expect(sent).toMatchObject({
      source: "/zuplo/ai-gateway-production",
      id: "0b6c5a52-7c0e-4b0e-9a39-5f3f4a8f7c11",
      subject: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    });
    expect(identityQuality).toBe("vendor");
    expect(data).toMatchObject({
      gateway: "zuplo",
      call_id: "0b6c5a52-7c0e-4b0e-9a39-5f3f4a8f7c11",
      provider_request_id: "req_011TrailZuplo",
      provider_message_id: "msg_01TrailZuplo",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "header",
      agent: "agent-7",
      team: "search",
      project: "support-bot",
      user: null,
      client: "claude-cli/2.1.240",
      operation: "generate",
      api_format: "anthropic_messages",
      platform: "anthropic-api",
      model: "claude-opus-5",
      service_tier: "standard",
      inference_geo: null,
      stream: true,
      started_at: "2026-11-19T10:00:00.125Z",
      first_token_at: "2026-11-19T10:00:01.125Z",
      ended_at: "2026-11-19T10:00:02.125Z",
      outcome: "success",
      http_status: 200,
      stop_reason: "end_turn",
      usage_quality: "final",
    });
  });

  test("the last cumulative figures count, over those of the start, and the split of the writes is the start's", async () => {
    const { data } = await eventAfter(observed(stream("claude-code")));
    expect(data.meters).toMatchObject({
      input_tokens: 10_682,
      cache_read_tokens: 11_367,
      cache_write_5m_tokens: 173,
      cache_write_1h_tokens: 4_500,
      cache_write_tokens: 0,
      output_tokens: 80,
      thinking_tokens: 21,
      web_search_requests: 1,
    });
  });

  test.each([1, 2, 7, 64, 4096])(
    "is read the same in pieces of %i bytes, and passes unchanged",
    async (size) => {
      const bytes = stream("claude-code");
      const call = observed(inPieces(bytes, size));
      expect(Buffer.compare(Buffer.from(await call.response.arrayBuffer()), bytes)).toBe(0);
      await call.done;
      const whole = observed(bytes);
      await whole.response.arrayBuffer();
      expect(call.events[0]?.data["meters"]).toEqual(whole.events[0]?.data["meters"]);
      expect(call.events[0]?.data["usage_quality"]).toBe("final");
    },
  );

  test.each(["\r\n", "\r"])("with lines that end in %j too", async (lineEnd) => {
    const text = Buffer.from(stream("claude-code")).toString().replaceAll("\n", lineEnd);
    const call = observed(inPieces(Buffer.from(text), 5));
    expect((await eventAfter(call)).data.meters.output_tokens).toBe(80);
  });

  test("OpenAI's cached tokens are inside the prompt's", async () => {
    const { data } = await eventAfter(
      observed(stream("openai-chat"), {}, requestOf("/app-7/v1/chat/completions")),
    );
    expect(data).toMatchObject({
      api_format: "openai_chat",
      platform: "openai",
      model: "gpt-4.1-mini",
      provider_message_id: "chatcmpl-TrailZuplo",
      stop_reason: "stop",
      service_tier: "standard",
      usage_quality: "final",
      meters: { input_tokens: 500, cache_read_tokens: 1500, output_tokens: 100, thinking_tokens: 40 },
    });
  });

  test("the responses API has its figures in its last event", async () => {
    const { data } = await eventAfter(
      observed(stream("openai-responses"), {}, requestOf("/app-7/v1/responses")),
    );
    expect(data).toMatchObject({
      model: "gpt-5.2",
      service_tier: "flex",
      stop_reason: "completed",
      usage_quality: "final",
      meters: { input_tokens: 128, cache_read_tokens: 512, output_tokens: 90, thinking_tokens: 64 },
    });
  });

  test("rounds of a call are parts of it, each with its own model; the top level is not the bill", async () => {
    const { data } = await eventAfter(observed(stream("compaction")));
    expect(data.meters).toMatchObject({ input_tokens: 900, output_tokens: 210 });
    expect(data.parts).toMatchObject([
      { kind: "compaction", model: null, meters: { input_tokens: 150_000, output_tokens: 3_500 } },
      {
        kind: "advisor_message",
        model: "claude-haiku-5-5",
        meters: { input_tokens: 400, output_tokens: 30 },
      },
    ]);
  });

  test("an error in mid-stream is an error, with what was counted until then", async () => {
    const { data } = await eventAfter(observed(stream("overloaded")));
    expect(data).toMatchObject({
      outcome: "error",
      http_status: 200,
      error_type: "overloaded_error",
      usage_quality: "provisional",
      meters: { input_tokens: 25, cache_read_tokens: 900 },
    });
  });
});

test("what is sent has no content, no key and no header of its own accord", async () => {
  const { sent } = await eventAfter(observed(stream("claude-code")));
  expect(JSON.stringify(sent)).not.toMatch(/ranks|SHOULD-NOT-BE-SENT|jo@shop|Bearer/);
});
