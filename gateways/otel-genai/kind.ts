import type { Operation } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";
import {
  ABOUT_MODELS,
  MODEL_REQUESTED,
  MODEL_RESPONSE,
  PROVIDER,
  USAGE,
} from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";

export type Kind =
  | { readonly make: "call"; readonly operation: Operation }
  | { readonly make: "audit"; readonly action: string; readonly operation: Operation }
  | { readonly make: "nothing" };

/** `gen_ai.operation.name` and its forerunners, as what was asked. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ...[
    "chat",
    "text_completion",
    "generate_content",
    "completion",
    "completions",
    "responses",
    "messages",
  ].map((name) => [name, "generate"] as const),
  ["llm", "generate"],
  ["embeddings", "embed"],
  ["embedding", "embed"],
  ["rerank", "rerank"],
  ["reranker", "rerank"],
  ["image_generation", "image"],
  ["generate_image", "image"],
  ["speech", "audio"],
  ["transcription", "audio"],
]);

/**
 * What runs around calls or beside them. Their usage, where they state one, is that of calls which have spans of their
 * own: of those within, or of the one whose response is fetched again (`fetch_response`, semantic-conventions-genai).
 */
const AROUND_CALLS: ReadonlySet<string> = new Set([
  "create_agent",
  "invoke_agent",
  "invoke_workflow",
  "execute_tool",
  "fetch_response",
  "handoff",
  "retrieval",
  "plan",
  "agent",
  "chain",
  "guardrail",
  "evaluator",
  "retriever",
  "task",
  "tool",
  "workflow",
  "search_memory",
  "create_memory",
  "update_memory",
  "upsert_memory",
  "delete_memory",
  "create_memory_store",
  "delete_memory_store",
]);

const WHAT_RAN = [...MODEL_RESPONSE, ...MODEL_REQUESTED, ...PROVIDER, "gen_ai.tool.name"] as const;

/** Logs that hold one message of a conversation and nothing else (semantic conventions up to v1.36). */
const MESSAGES = /^gen_ai\.(?:(?:system|user|assistant|tool)\.message|choice)$/;

/**
 * What an element is. A collector for all sends spans of databases, queues and web servers too: those say nothing of
 * a model and make no event (their bytes are kept). They are no rejects, which would be noise that hides real ones.
 * What is about models gives an event: a call where it was one, else an audit event, so that nothing is counted twice.
 */
export function kindOf(reading: Reading): Kind {
  const { element, attributes } = reading;
  const event = element.otlp === "log" ? eventName(reading) : null;
  if (!isAboutModels(attributes, event) || (event !== null && MESSAGES.test(event)))
    return { make: "nothing" };
  if (reading.text("mcp.method.name") !== null) return { make: "audit", action: "mcp", operation: "mcp" };
  const operation = operationName(reading);
  const around = [operation, reading.text("traceloop.span.kind")].find((name) =>
    AROUND_CALLS.has(lower(name)),
  );
  if (around !== undefined && around !== null) return audit(lower(around));
  if (element.otlp === "span" && repeatsCall(reading)) return audit("span");
  const asked = OPERATIONS.get(lower(operation));
  const hasUsage = [...USAGE.prompt, ...USAGE.output, ...USAGE.total].some(
    (name) => reading.value(name) !== null,
  );
  if (asked !== undefined || hasUsage) return { make: "call", operation: asked ?? "generate" };
  const action = operation ?? event;
  if (action !== null) return audit(action);
  // An id of the conversation alone stands on every span of a trace that baggage is copied to.
  return reading.value(...WHAT_RAN) === null ? { make: "nothing" } : audit("span");
}

function audit(action: string): Kind {
  return { make: "audit", action, operation: "other" };
}

function isAboutModels(attributes: Reading["attributes"], event: string | null): boolean {
  if (event?.startsWith("gen_ai.")) return true;
  for (const name in attributes) if (ABOUT_MODELS.test(name)) return true;
  return false;
}

function repeatsCall({ element, service }: Reading): boolean {
  const name = element.otlp === "span" && typeof element.name === "string" ? element.name : "";
  return (service.calls !== undefined && !service.calls.test(name)) || service.repeats?.test(name) === true;
}

function operationName(reading: Reading): string | null {
  return (
    reading.text("gen_ai.operation.name") ??
    reading.text("openinference.span.kind") ??
    reading.text("llm.request.type")
  );
}

function eventName(reading: Reading): string | null {
  const { element } = reading;
  const own = element.otlp === "log" ? claimed(element.event_name, 128) : null;
  return own ?? reading.text("event.name");
}

function lower(name: string | null | undefined): string {
  return (name ?? "").toLowerCase();
}
