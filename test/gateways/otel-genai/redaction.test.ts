import { expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { context, dataOf, named, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { adapterOf, type Json } from "#test/gateways/support.ts";

const PERSON = "person-of-tests";

function stored(attributes: Json, content: "drop" | "keep" = "drop"): Json {
  const { source } = context({ content });
  const record = withAttributes(named("semconv"), attributes);
  const rules = redactionFor(adapterOf("otel-genai"), source);
  return JSON.parse(redact(JSON.stringify(record), rules, () => PERSON))["attributes"];
}

const CONTENT = [
  "gen_ai.prompt",
  "gen_ai.prompt.0.content",
  "gen_ai.prompt.0.content.0",
  "gen_ai.prompt.0.tool_calls.0.arguments",
  "gen_ai.prompt.0.tool_calls.0.function.arguments",
  "gen_ai.prompt.variable.customer",
  "gen_ai.completion.0.content",
  "gen_ai.prompt_json",
  "gen_ai.completion_json",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.tool.description",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.tool.arguments",
  "gen_ai.tool.result",
  "gen_ai.tool.input",
  "gen_ai.tool.output",
  "gen_ai.memory.query.text",
  "gen_ai.memory.records",
  "gen_ai.retrieval.query.text",
  "gen_ai.evaluation.explanation",
  "gen_ai.request.messages",
  "gen_ai.request.available_tools",
  "gen_ai.response.text",
  "gen_ai.response.tool_calls",
  "gcp.vertex.agent.llm_request",
  "gcp.vertex.agent.tool_call_args",
  "gcp.vertex.agent.tool_response",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
  "llm.prompts.0.prompt.text",
  "llm.choices.0.completion.text",
  "llm.tools.0.tool.json_schema",
  "llm.invocation_parameters",
  "reranker.query",
  "ai.prompt.messages",
  "ai.toolCall.args",
  "traceloop.entity.input",
  "error.message",
  "db.query.text",
  "db.query.parameter.0",
];

test.each(CONTENT)("%s is content", (name) => {
  expect(stored({ [name]: "what does the ranker do" })[name]).toBe("[content 23 bytes]");
  expect(stored({ [name]: "what does the ranker do" }, "keep")[name]).toBe("what does the ranker do");
});

test.each([
  "user.id",
  "user.email",
  "user.name",
  "enduser.id",
  "enduser.pseudo.id",
  "user",
  "user_id",
  "email",
  "langfuse.user.id",
  "metadata.user",
  "metadata.user_id",
  "traceloop.association.properties.user_id",
  "ai.telemetry.metadata.userId",
  "trace.metadata.user_email",
  "trace.metadata.openrouter.user_id",
  "trace.metadata.openrouter.creator_user_id",
  "metadata.user_api_key_user_email",
  "portkey.metadata._user",
  "client.address",
  "net.sock.peer.addr",
  "http.request.header.x-forwarded-for",
])("%s is a person, whatever the source keeps", (name) => {
  expect(stored({ [name]: "noor of the shop" })[name]).toBe(PERSON);
  expect(stored({ [name]: "noor of the shop" }, "keep")[name]).toBe(PERSON);
});

test.each<[string, unknown]>([
  ["gen_ai.output.type", "json"],
  ["gen_ai.response.id", "msg_01TrailSemconv"],
  ["gen_ai.tool.name", "search"],
  ["gen_ai.tool.call.id", "toolu_01Trail"],
  ["gen_ai.evaluation.score.label", "relevant"],
  ["trace.metadata.openrouter.entity_id", "org_trail"],
])("%s is neither", (name, value) => {
  expect(stored({ [name]: value })[name]).toBe(value);
});

test.each<[string, unknown]>([
  ["a text", "sk-ant-api03-TrailTrailTrailTrailTrail0123456789"],
  ["a list", ["sk-ant-api03-TrailTrailTrailTrailTrail0123456789"]],
  ["a list as text", '["sk-ant-api03-TrailTrailTrailTrailTrail0123456789"]'],
  ["a list of Python's as text", "['sk-ant-api03-TrailTrailTrailTrailTrail0123456789']"],
  ["a list of a word as text", '["stop", "sk-ant-api03-TrailTrailTrailTrailTrail0123456789"]'],
])("what is read is the same redacted, with a key as the finish reason: %s", (_form, reasons) => {
  const received = withAttributes(named("semconv"), { "gen_ai.response.finish_reasons": reasons });
  const attributes = stored({ "gen_ai.response.finish_reasons": reasons });
  expect(JSON.stringify(attributes)).not.toContain("sk-ant-api03");
  const [was, is] = [dataOf(received), dataOf({ ...received, attributes })];
  expect(is.stop_reason).toBe(was.stop_reason);
});

test("what is read of a record is the same without them", () => {
  const everything = Object.fromEntries(CONTENT.map((name) => [name, "what does the ranker do"]));
  const received = withAttributes(named("semconv"), everything);
  const { source } = context();
  const kept = redact(
    JSON.stringify(received),
    redactionFor(adapterOf("otel-genai"), source),
    (name) => name,
  );
  expect(dataOf(JSON.parse(kept))).toEqual(dataOf(received));
});
