import { STUB_TEXT, type StubUsage } from "#test/real/stub-usage.ts";

interface Answer {
  readonly id: string;
  readonly model: string;
  readonly usage: StubUsage;
}

const CREATED = 1_795_430_000;

/** A whole answer of OpenAI's `/v1/chat/completions`; its prompt tokens include the cached ones. */
export function openAiCompletion({ id, model, usage }: Answer): object {
  return {
    id,
    object: "chat.completion",
    created: CREATED,
    model,
    choices: [
      { index: 0, message: { role: "assistant", content: STUB_TEXT.join("") }, finish_reason: "stop" },
    ],
    usage: usageOf(usage),
  };
}

/** The same as the chunks of a stream, with the usage in the last one, as `include_usage` asks for. */
export function openAiChunks({ id, model, usage }: Answer): string[] {
  const chunk = (more: object) =>
    `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created: CREATED, model, ...more })}\n\n`;
  const delta = (content: object, finish: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: finish }] });
  return [
    delta({ role: "assistant", content: "" }),
    ...STUB_TEXT.map((content) => delta({ content })),
    delta({}, "stop"),
    chunk({ choices: [], usage: usageOf(usage) }),
    "data: [DONE]\n\n",
  ];
}

export function openAiError(status: number): object {
  const type = status === 429 ? "rate_limit_exceeded" : "server_error";
  return { error: { message: "planned by the test", type, param: null, code: null } };
}

function usageOf({ input, cacheRead = 0, output }: StubUsage) {
  return {
    prompt_tokens: input + cacheRead,
    completion_tokens: output,
    total_tokens: input + cacheRead + output,
    prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}
