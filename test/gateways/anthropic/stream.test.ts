import { describe, expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import { readAnswer } from "#gateways/anthropic/answer.ts";
import { ANTHROPIC_REDACTION } from "#gateways/anthropic/redaction.ts";
import { FieldReader } from "#gateways/field-reader.ts";

type Event = Record<string, unknown>;

const start = (usage: object, model = "claude-opus-5"): Event => ({
  type: "message_start",
  message: { id: "msg_1", type: "message", model, content: [], stop_reason: null, usage },
});
const delta = (usage: object | undefined, stop: string | null = "end_turn"): Event => ({
  type: "message_delta",
  delta: { stop_reason: stop },
  ...(usage === undefined ? {} : { usage }),
});
const wrote = (part: object): Event => ({ type: "content_block_delta", index: 0, delta: part });
const stop = (metrics?: object): Event => ({
  type: "message_stop",
  ...(metrics === undefined ? {} : { "amazon-bedrock-invocationMetrics": metrics }),
});

function read(body: unknown, estimates = false) {
  const fields = new FieldReader();
  const answer = readAnswer(body, { estimates }, fields);
  return fields.fault === null ? answer : fields.fault.reason;
}
const meters = (body: unknown) => {
  const answer = read(body);
  return typeof answer === "string" ? answer : answer.usage.meters;
};

const opening = start({
  input_tokens: 2679,
  cache_read_input_tokens: 800,
  cache_creation_input_tokens: 100,
  cache_creation: { ephemeral_5m_input_tokens: 60, ephemeral_1h_input_tokens: 40 },
  output_tokens: 3,
  service_tier: "priority",
  inference_geo: "us",
});

describe("usage of a stream", () => {
  test("is the last delta's, field by field over the start's, and never a sum", () => {
    const events = [
      opening,
      delta({ output_tokens: 40 }, null),
      delta({ input_tokens: 10_682, output_tokens: 510 }),
      stop(),
    ];
    expect(read(events)).toMatchObject({
      ending: "complete",
      stopReason: "end_turn",
      usage: { quality: "final", tier: "priority", geo: "us" },
    });
    expect(meters(events)).toMatchObject({
      input_tokens: 10_682,
      cache_read_tokens: 800,
      cache_write_5m_tokens: 60,
      cache_write_1h_tokens: 40,
      output_tokens: 510,
    });
  });

  test("a null or a missing member of a delta leaves what was known", () => {
    const events = [
      opening,
      delta({ input_tokens: null, cache_read_input_tokens: null, output_tokens: 9 }),
      stop(),
    ];
    expect(meters(events)).toMatchObject({ input_tokens: 2679, cache_read_tokens: 800, output_tokens: 9 });
  });

  test("tokens written beyond the start's lifetimes have none", () => {
    const events = [opening, delta({ cache_creation_input_tokens: 150, output_tokens: 9 }), stop()];
    expect(meters(events)).toMatchObject({ cache_write_5m_tokens: 60, cache_write_tokens: 50 });
  });

  test("iterations of the start are of before anything was written", () => {
    const early = { type: "message", input_tokens: 5, output_tokens: 1 };
    const events = [
      start({ input_tokens: 5, output_tokens: 1, iterations: [early] }),
      delta({ output_tokens: 70 }),
      stop(),
    ];
    expect(meters(events)).toMatchObject({ input_tokens: 5, output_tokens: 70 });
  });

  test("a model that declined in mid-stream is a part, and its lifetimes are not those of the one that answered", () => {
    const iterations = [
      {
        type: "message",
        model: "claude-fable-5",
        input_tokens: 5,
        output_tokens: 7,
        cache_creation_input_tokens: 60,
      },
      {
        type: "fallback_message",
        model: "claude-opus-4-8",
        input_tokens: 4,
        output_tokens: 9,
        cache_creation_input_tokens: 20,
      },
    ];
    const usage = {
      input_tokens: 4,
      output_tokens: 9,
      cache_creation_input_tokens: 20,
      cache_read_input_tokens: 0,
      iterations,
    };
    const answer = read([
      start(
        {
          input_tokens: 5,
          cache_creation_input_tokens: 60,
          cache_creation: { ephemeral_5m_input_tokens: 60 },
          output_tokens: 1,
        },
        "claude-fable-5",
      ),
      delta(usage),
      stop(),
    ]);
    expect(answer).toMatchObject({
      model: "claude-opus-4-8",
      usage: {
        meters: { input_tokens: 4, cache_write_5m_tokens: null, cache_write_tokens: 20, output_tokens: 9 },
        parts: [{ model: "claude-fable-5", meters: { cache_write_tokens: 60, output_tokens: 7 } }],
      },
    });
  });
});

describe("a stream that did not come to its end", () => {
  const text = wrote({ type: "text_delta", text: "x".repeat(400) });
  test.each<[string, Event[], object]>([
    ["no delta", [opening, text], { ending: "cut_off", usage: { quality: "provisional" } }],
    [
      "a delta without a reason",
      [opening, text, delta({ output_tokens: 9 }, null)],
      { ending: "cut_off", usage: { quality: "provisional" } },
    ],
    [
      "the last count, and no message_stop",
      [opening, delta({ output_tokens: 9 })],
      { ending: "cut_off", usage: { quality: "final" } },
    ],
    [
      "an error",
      [opening, text, { type: "error", error: { type: "overloaded_error" } }],
      { ending: "failed", errorType: "overloaded_error", usage: { quality: "provisional" } },
    ],
    [
      "an exception of Bedrock's",
      [opening, { modelStreamErrorException: { message: "m" } }],
      { ending: "failed", errorType: "modelStreamErrorException" },
    ],
    ["nothing at all", [{ type: "ping" }], { ending: "unknown", usage: { quality: "missing" } }],
  ])("%s", (_what, events, expected) => {
    expect(read(events)).toMatchObject(expected);
  });

  test("keeps what the start counted", () => {
    expect(meters([opening, text])).toMatchObject({
      input_tokens: 2679,
      cache_read_tokens: 800,
      output_tokens: 3,
    });
  });

  test.each<[string, Event[], number, string]>([
    [
      "4 bytes a token of everything written",
      [
        opening,
        text,
        wrote({ type: "thinking_delta", thinking: "y".repeat(40) }),
        wrote({ type: "input_json_delta", partial_json: "z".repeat(9) }),
      ],
      112,
      "estimated",
    ],
    [
      "never less than what was counted",
      [start({ input_tokens: 1, output_tokens: 500 }), text],
      500,
      "estimated",
    ],
    ["nothing was written", [opening], 3, "provisional"],
    [
      "signatures are not output",
      [opening, wrote({ type: "signature_delta", signature: "s".repeat(400) })],
      3,
      "provisional",
    ],
    ["a counted one is never estimated", [opening, text, delta({ output_tokens: 9 }), stop()], 9, "final"],
  ])("a floor, where the source asks for it: %s", (_what, events, output, quality) => {
    expect(read(events, true)).toMatchObject({ usage: { quality, meters: { output_tokens: output } } });
    const stored = redact(JSON.stringify(events), ANTHROPIC_REDACTION, () => "u");
    expect(stored).not.toContain("xxxx");
    expect(read(JSON.parse(stored), true)).toEqual(read(events, true));
  });
});

describe("Bedrock's invocation metrics", () => {
  const counted = {
    inputTokenCount: 3,
    outputTokenCount: 13,
    cacheReadInputTokenCount: 0,
    cacheWriteInputTokenCount: 25_037,
    firstByteLatency: 2635,
  };
  const begun = start({
    input_tokens: 3,
    output_tokens: 2,
    cache_creation_input_tokens: 25_037,
    cache_read_input_tokens: 0,
  });
  test("agree with the stream", () => {
    expect(read([begun, delta({ output_tokens: 13 }), stop(counted)])).toMatchObject({
      usage: { quality: "final", meters: { input_tokens: 3, cache_write_tokens: 25_037, output_tokens: 13 } },
      firstByteMs: 2635,
    });
  });
  test("fill in what the stream does not state, and overrule a provisional output", () => {
    expect(read([start({ output_tokens: 2 }), stop(counted)])).toMatchObject({
      ending: "complete",
      usage: { quality: "final", meters: { input_tokens: 3, cache_read_tokens: 0, output_tokens: 13 } },
    });
  });
  test.each([{ inputTokenCount: 4 }, { outputTokenCount: 12 }, { cacheWriteInputTokenCount: 1 }])(
    "that differ are refused: %j",
    (other) => {
      expect(read([begun, delta({ output_tokens: 13 }), stop({ ...counted, ...other })])).toBe(
        "meters_contradict",
      );
    },
  );
});

describe("the forms of a stream", () => {
  const events = [
    opening,
    wrote({ type: "text_delta", text: 'a "quoted"\nline' }),
    delta({ output_tokens: 9 }),
    stop(),
  ];
  const text = events.map((event) => `event: ${event["type"]}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  test.each<[string, unknown]>([
    ["events with their names", events.map((data) => ({ event: data["type"], data }))],
    [
      "events with their data as text",
      events.map((data) => ({ event: data["type"], data: JSON.stringify(data) })),
    ],
    ["the stream's text", text],
    ["its text with CRLF and no blanks", text.replaceAll("data: ", "data:").replaceAll("\n", "\r\n")],
    ["a list as text", JSON.stringify(events)],
  ])("%s", (_what, body) => {
    expect(read(body)).toEqual(read(events));
    const stored = redact(JSON.stringify({ response: { sse: body } }), ANTHROPIC_REDACTION, () => "u");
    expect(stored).not.toContain("quoted");
    expect(read(JSON.parse(stored).response.sse, true)).toEqual(read(body, true));
  });

  test("text that the capture cut off ends like a stream that was left", () => {
    expect(read(text.slice(0, text.indexOf("message_delta") + 30))).toMatchObject({
      ending: "cut_off",
      usage: { quality: "provisional", meters: { input_tokens: 2679 } },
    });
  });
});
