import { answerReader } from "./answer.ts";
import { type UsageEvent, usageEvent } from "./event.ts";
import { textOf } from "./json.ts";
import type { UsageOptions } from "./options.ts";
import { type Ending, passThrough } from "./pass-through.ts";
import { sseReader } from "./sse.ts";
import type { GatewayRequest } from "./who.ts";

/** An answer in one piece is kept until its end to be read; above this it has no figures that are known. */
const BODY_LENGTH_MAX = 4_000_000;
/** The events that carry the first of an answer: Anthropic's, and OpenAI's two kinds. */
const FIRST_TOKEN = /"content_block_delta"|"choices":\s*\[\s*\{|"response\.output_text\.delta"/;

export interface ObserveDeps {
  /** Milliseconds since 1970. */
  now(): number;
  emit(event: UsageEvent): void;
}

/**
 * The answer that goes to the client, byte for byte and unbuffered, and a usage event once it has ended, been left or
 * broken. `done` resolves after the event was emitted.
 */
export function observeAnswer(
  response: Response,
  call: { readonly requestId: string; readonly request: GatewayRequest; readonly startedMs: number },
  options: UsageOptions,
  deps: ObserveDeps,
): { readonly response: Response; readonly done: Promise<void> } {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const isStream = /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
  const reader = isStream ? streamReader(deps) : bodyReader();
  const end = (ending: Ending): void => {
    try {
      reader.end();
      const { status, headers } = response;
      const providerRequestId = textOf(headers.get("request-id")) ?? textOf(headers.get("x-amzn-requestid"));
      const outcome = { status, providerRequestId, isStream, endedMs: deps.now(), ending };
      const firstTokenMs = reader.firstTokenMs();
      deps.emit(usageEvent({ ...call, ...outcome, firstTokenMs }, reader.answer(), options));
    } finally {
      resolve();
    }
  };
  if (response.body === null) {
    end("whole");
    return { response, done };
  }
  const body = passThrough(response.body, { chunk: reader.write, end });
  return { response: new Response(body, response), done };
}

interface AnswerBytes {
  write(chunk: Uint8Array): void;
  end(): void;
  answer(): ReturnType<ReturnType<typeof answerReader>["answer"]>;
  firstTokenMs(): number | null;
}

function streamReader({ now }: ObserveDeps): AnswerBytes {
  const reader = answerReader();
  let firstTokenMs: number | null = null;
  const events = sseReader((data) => {
    if (firstTokenMs === null && FIRST_TOKEN.test(data)) firstTokenMs = now();
    reader.event(data);
  });
  return { ...events, answer: reader.answer, firstTokenMs: () => firstTokenMs };
}

function bodyReader(): AnswerBytes {
  const reader = answerReader();
  const decoder = new TextDecoder();
  let text: string | null = "";
  return {
    write(chunk) {
      if (text !== null) text += decoder.decode(chunk, { stream: true });
      if (text !== null && text.length > BODY_LENGTH_MAX) text = null;
    },
    end: () => reader.body((text ?? "") + decoder.decode()),
    answer: reader.answer,
    firstTokenMs: () => null,
  };
}
