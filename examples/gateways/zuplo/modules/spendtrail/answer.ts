import { countOf, type Json, membersOf, readJson, textOf } from "./json.ts";
import { anthropicUsage, openaiUsage, type Usage } from "./meters.ts";

/** What an answer says of itself, and nothing of what it says to the user. */
export interface Answer {
  readonly messageId: string | null;
  readonly model: string | null;
  readonly stopReason: string | null;
  readonly serviceTier: string | null;
  readonly speed: string | null;
  readonly inferenceGeo: string | null;
  readonly errorType: string | null;
  /** Null where the answer states no usage, or figures that contradict each other. */
  readonly usage: Usage | null;
  /** Whether the answer came to its own end. */
  readonly isWhole: boolean;
}

/** Content is by far the most of a stream: events without any of these are not parsed. */
const WORTH_PARSING =
  /"(?:message_start|message_delta|message_stop|error|usage|finish_reason|response\.(?:created|in_progress|completed|incomplete|failed))"/;

/** Puts together what the events of a stream, or one JSON body, say of a call: Anthropic's shapes and OpenAI's. */
export function answerReader() {
  let message: Json = {};
  let usage: Json = {};
  let isAnthropic = false;
  let stopReason: string | null = null;
  let errorType: string | null = null;
  let isWhole = false;

  /** Usage is cumulative: what is stated later replaces what was stated before, figure by figure, and is never added. */
  function overlay(later: unknown): void {
    const stated = Object.entries(membersOf(later)).filter(
      ([, value]) => value !== null && value !== undefined,
    );
    usage = { ...usage, ...Object.fromEntries(stated) };
  }

  function openaiChunk(chunk: Json): void {
    if (message["id"] === undefined || chunk["usage"]) message = { ...message, ...withoutContent(chunk) };
    overlay(chunk["usage"]);
    const [choice] = Array.isArray(chunk["choices"]) ? chunk["choices"].map(membersOf) : [];
    stopReason = textOf(choice?.["finish_reason"]) ?? stopReason;
  }

  function responsesEvent(event: Json): void {
    const response = membersOf(event["response"]);
    message = { ...message, ...withoutContent(response) };
    overlay(response["usage"]);
    if (event["type"] === "response.created" || event["type"] === "response.in_progress") return;
    stopReason = textOf(membersOf(response["incomplete_details"])["reason"]) ?? textOf(response["status"]);
    errorType = textOf(membersOf(response["error"])["code"]);
    isWhole = true;
  }

  function errorBody(body: Json): void {
    const error = membersOf(body["error"]);
    errorType = textOf(error["type"]) ?? textOf(error["code"]) ?? "error";
  }

  return {
    /** The data of one event of a stream. */
    event(data: string): void {
      if (data.trim() === "[DONE]") isWhole = true;
      if (!WORTH_PARSING.test(data)) return;
      const event = readJson(data);
      const type = textOf(event["type"]) ?? "";
      if (type === "message_start") {
        isAnthropic = true;
        message = withoutContent(membersOf(event["message"]));
        overlay(membersOf(event["message"])["usage"]);
      } else if (type === "message_delta") {
        overlay(event["usage"]);
        stopReason = textOf(membersOf(event["delta"])["stop_reason"]) ?? stopReason;
      } else if (type === "message_stop") isWhole = true;
      else if (type === "error" || event["error"]) errorBody(event);
      else if (/^response\.(?:created|in_progress|completed|incomplete|failed)$/.test(type))
        responsesEvent(event);
      else if (type === "" && event["choices"] !== undefined) openaiChunk(event);
    },
    /** A body that is one JSON document. */
    body(text: string): void {
      const body = readJson(text);
      isWhole = Object.keys(body).length > 0;
      if (body["type"] === "error" || body["error"]) {
        errorBody(body);
        return;
      }
      isAnthropic = body["type"] === "message";
      message = withoutContent(body);
      overlay(body["usage"]);
      const [choice] = Array.isArray(body["choices"]) ? body["choices"].map(membersOf) : [];
      stopReason = textOf(body["stop_reason"]) ?? textOf(choice?.["finish_reason"]) ?? textOf(body["status"]);
    },
    answer(): Answer {
      const isStated = Object.values(usage).some((figure) => countOf(figure) !== null);
      return {
        messageId: textOf(message["id"]),
        model: textOf(message["model"]),
        stopReason,
        serviceTier: textOf(usage["service_tier"]) ?? textOf(message["service_tier"]),
        speed: textOf(usage["speed"]),
        inferenceGeo: textOf(usage["inference_geo"]),
        errorType,
        usage: isStated ? (isAnthropic ? anthropicUsage(usage) : openaiUsage(usage)) : null,
        isWhole,
      };
    },
  };
}

function withoutContent(message: Json): Json {
  const { id, model, service_tier } = message;
  return { id, model, service_tier };
}
