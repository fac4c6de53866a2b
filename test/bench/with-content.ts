import type { Json } from "#test/gateways/support.ts";

/** Where a gateway's records carry what people wrote, if it is told to log it; the others never do. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  litellm: ["messages"],
  kong: ["ai", "proxy", "payload"],
  apisix: ["llm_request"],
  anthropic: ["request", "body", "messages"],
  "bedrock-invocation-log": ["input", "inputBodyJson", "messages"],
  "vertex-request-response-log": ["full_request", "messages"],
  "otel-genai": ["attributes", "gen_ai.input.messages"],
  "claude-code": ["attributes", "prompt"],
};

const WORDS =
  'The test fails because the reader closes the file twice; "close" must be called once.\n\tconst total = rows.reduce((sum, { cost }) => sum + cost, 0n);\n';

/** A copy of a record with so many bytes of conversation where its gateway logs it; null where it logs none. */
export function withContent(gateway: string, record: Json, bytes: number): Json | null {
  const place = PLACES[gateway];
  if (place === undefined) return null;
  const copy = structuredClone(record);
  let here: Json = copy;
  for (const name of place.slice(0, -1)) {
    const next = here[name];
    if (typeof next !== "object" || next === null || Array.isArray(next)) return null;
    here = next as Json;
  }
  here[place.at(-1) ?? ""] = conversation(bytes);
  return copy;
}

function conversation(bytes: number): unknown {
  const turns = Math.ceil(bytes / (WORDS.length * 20));
  return Array.from({ length: turns }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: [{ type: "text", text: WORDS.repeat(20) }],
  }));
}
