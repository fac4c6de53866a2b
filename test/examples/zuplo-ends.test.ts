import { describe, expect, test } from "vitest";
import { type Observed, observed, requestOf, stream } from "#test/examples/zuplo-call.ts";
import { contextOf, eventOf } from "#test/gateways/support.ts";

const dataOf = ({ events }: Observed) =>
  eventOf(JSON.parse(JSON.stringify(events[0])), contextOf({ gateway: "canonical" })).data;

/** An upstream that a test feeds by hand. */
function upstream() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let left: unknown = null;
  const body = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own;
    },
    cancel: (reason) => {
      left = reason;
    },
  });
  return {
    body,
    send: (text: string) => controller?.enqueue(Buffer.from(text)),
    close: () => controller?.close(),
    break: () => controller?.error(new Error("connection reset")),
    leftFor: () => left,
  };
}

const [start = "", ...rest] = Buffer.from(stream("claude-code")).toString().split("\n\n");
const END = `${rest.join("\n\n")}`;

describe("a stream", () => {
  test("is not held back: the client has the first piece while the upstream still owes the last", async () => {
    const source = upstream();
    const call = observed(source.body);
    const reader = call.response.body?.getReader();
    source.send(`${start}\n\n`);
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe(`${start}\n\n`);
    expect(call.events).toEqual([]);
    source.send(END);
    source.close();
    while (!(await reader?.read())?.done);
    await call.done;
    expect(dataOf(call)).toMatchObject({ outcome: "success", usage_quality: "final" });
  });

  test("is read no faster than the client reads it", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(Buffer.from(": ping\n\n"));
        },
      },
      { highWaterMark: 0 },
    );
    const reader = observed(body).response.body?.getReader();
    await reader?.read();
    await reader?.read();
    // Whatever would read ahead has had its turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBe(2);
    await reader?.cancel();
  });

  test("that the client leaves is aborted, its figures provisional, and the upstream is told", async () => {
    const source = upstream();
    const call = observed(source.body);
    const reader = call.response.body?.getReader();
    source.send(`${start}\n\n`);
    await reader?.read();
    await reader?.cancel("gone");
    await call.done;
    expect(source.leftFor()).toBe("gone");
    expect(call.events).toHaveLength(1);
    expect(dataOf(call)).toMatchObject({
      outcome: "aborted",
      usage_quality: "provisional",
      stop_reason: null,
      meters: { input_tokens: 3, cache_write_1h_tokens: 4500, output_tokens: 2 },
    });
  });

  test("that the client leaves after its last event was whole", async () => {
    const source = upstream();
    const call = observed(source.body);
    const reader = call.response.body?.getReader();
    source.send(`${start}\n\n${END}`);
    await reader?.read();
    await reader?.cancel();
    await call.done;
    expect(dataOf(call)).toMatchObject({ outcome: "success", usage_quality: "final" });
  });

  test("that breaks off is an error, and the client is told", async () => {
    const source = upstream();
    const call = observed(source.body);
    source.send(`${start}\n\n`);
    const reader = call.response.body?.getReader();
    await reader?.read();
    source.break();
    await expect(reader?.read()).rejects.toThrow("connection reset");
    await call.done;
    expect(dataOf(call)).toMatchObject({
      outcome: "error",
      error_type: "stream_broken",
      usage_quality: "provisional",
    });
  });

  test("that ends without its last event is provisional", async () => {
    const call = observed(Buffer.from(`${start}\n\n`));
    await call.response.text();
    await call.done;
    expect(dataOf(call)).toMatchObject({ outcome: "success", usage_quality: "provisional" });
  });
});

describe("an answer in one piece", () => {
  const message = {
    type: "message",
    id: "msg_04TrailZuplo",
    model: "claude-haiku-5-5",
    stop_reason: "end_turn",
    content: [{ type: "text", text: "It ranks" }],
    usage: { input_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 },
  };
  const readOf = async (body: unknown, status = 200, request = requestOf()) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const call = observed(text, { status, type: "application/json" }, request);
    expect(await call.response.text()).toBe(text);
    await call.done;
    return dataOf(call);
  };

  test("has its figures in its body", async () => {
    expect(await readOf(message)).toMatchObject({
      stream: false,
      model: "claude-haiku-5-5",
      usage_quality: "final",
      meters: { input_tokens: 20, cache_write_5m_tokens: 0, cache_write_tokens: 0, output_tokens: 5 },
    });
  });

  test("that is a refusal has a status, a type, and no figures", async () => {
    const refusal = { type: "error", error: { type: "rate_limit_error", message: "slow down" } };
    expect(await readOf(refusal, 429)).toMatchObject({
      outcome: "error",
      http_status: 429,
      error_type: "rate_limit_error",
      error_code: "429",
      usage_quality: "missing",
    });
  });

  test.each<[string, unknown]>([
    ["no JSON", "<html>bad gateway</html>"],
    ["larger than 4 million characters", JSON.stringify({ ...message, content: "x".repeat(4_000_001) })],
    [
      "figures that contradict each other",
      { ...message, usage: { ...message.usage, cache_creation: { ephemeral_1h_input_tokens: 9 } } },
    ],
    [
      "more cached than prompt",
      { id: "c", usage: { prompt_tokens: 5, prompt_tokens_details: { cached_tokens: 6 } } },
    ],
  ])("with %s has no figures rather than wrong ones", async (_what, body) => {
    expect(await readOf(body)).toMatchObject({ usage_quality: "missing", meters: { input_tokens: null } });
  });

  test.each<[string, string, string]>([
    ["/app-7/v1/messages/count_tokens", "POST", "count_tokens"],
    ["/app-7/v1/models", "GET", "list_models"],
    ["/app-7/v1/messages", "HEAD", "other"],
    ["/health", "POST", "other"],
    ["/app-7/v1/embeddings", "POST", "embed"],
  ])("%s by %s is %s", async (path, method, operation) => {
    expect(await readOf({ input_tokens: 3 }, 200, requestOf(path, method))).toMatchObject({ operation });
  });

  test("without a body is whole at once", async () => {
    const call = observed(null, { status: 204 });
    await call.done;
    expect(dataOf(call)).toMatchObject({ http_status: 204, usage_quality: "missing" });
  });
});

test("a person's key is a person, and the team is the policy's", async () => {
  const call = observed(null, { status: 204 }, requestOf(), { subject: "person", team: "platform" });
  await call.done;
  expect(dataOf(call)).toMatchObject({ user: "support-bot", project: null, team: "platform" });
});
