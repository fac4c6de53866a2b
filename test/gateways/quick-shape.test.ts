import { expect, test } from "vitest";
import { z } from "zod";
import { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import { AnthropicRecord } from "#gateways/anthropic/record.ts";
import { ApisixRecord } from "#gateways/apisix/record.ts";
import { AuditLine } from "#gateways/claude-apps-gateway/line.ts";
import { KongRecord } from "#gateways/kong/record.ts";
import { UsageBlock } from "#gateways/kong/usage-block.ts";
import { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { UsageObject } from "#gateways/litellm/usage-object.ts";
import { OtlpElement } from "#gateways/otlp/element.ts";
import { quickShape, UNTOLD } from "#gateways/quick-shape.ts";
import { shaped } from "#gateways/shaped.ts";
import { seeded } from "#test/core/seeded.ts";
import { mutated } from "#test/fuzz/mutate.ts";
import { FIXTURES, fixture } from "#test/gateways/support.ts";

const SCHEMAS = {
  AgentgatewayRecord,
  AnthropicRecord,
  ApisixRecord,
  AuditLine,
  KongRecord,
  UsageBlock,
  LiteLlmPayload,
  UsageObject,
  OtlpElement,
} as const;
const CASES = 500;
const records = FIXTURES.map(fixture);

/** What of a value a schema would keep: the members that are in `kept` too, at every level. */
function asFarAs(kept: unknown, value: unknown): unknown {
  if (!isObject(kept) || !isObject(value)) return value;
  const names = Object.keys(kept).filter((name) => kept[name] !== undefined || name in value);
  return Object.fromEntries(names.map((name) => [name, asFarAs(kept[name], value[name])]));
}

const defined = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every place that a schema reads is the same, whether zod or the quick look read it. */
function expectSame(schema: z.ZodType, value: unknown): "told" | "untold" {
  const quick = quickShape(schema)(value);
  if (quick === UNTOLD) return "untold";
  const slow = schema.safeParse(value);
  expect(slow.success, JSON.stringify(value)).toBe(true);
  expect(defined(asFarAs(slow.data, quick)), JSON.stringify(value)).toEqual(defined(slow.data));
  return "told";
}

test.each(Object.entries(SCHEMAS))(
  "%s: a quick look takes nothing that zod refuses or reads otherwise",
  (_name, schema) => {
    const random = seeded(20_261_129);
    const met = { told: 0, untold: 0 };
    for (const record of records) met[expectSame(schema, record)]++;
    for (let at = 0; at < CASES; at += 1) met[expectSame(schema, mutated(random.pick(records), random))]++;
    expect(met.told).toBeGreaterThan(0);
    expect(met.untold).toBeGreaterThan(0);
  },
);

test.each([
  ["LiteLLM", LiteLlmPayload, { status: "success", metadata: 5 }],
  ["LiteLLM", LiteLlmPayload, { status: "perhaps" }],
  ["LiteLLM", LiteLlmPayload, {}],
  ["Kong", KongRecord, { request: [1] }],
  ["Anthropic", AnthropicRecord, { request: { headers: [] } }],
  ["OTLP", OtlpElement, { otlp: "metric" }],
  ["OTLP", OtlpElement, { otlp: "log", attributes: [] }],
] as const)("%s: a record that does not fit is refused in zod's own words", (_gateway, schema, record) => {
  const read = shaped(schema, record);
  const issue = schema.safeParse(record).error?.issues[0];
  expect(read).toMatchObject({ ok: false, reason: "bad_shape" });
  expect(read.ok ? "" : read.detail).toBe(`${issue?.path.join(".") || "the record"}: ${issue?.message}`);
});

test("what a schema changes is changed: Lua's empty table, what is caught, what is missing", () => {
  expect(shaped(KongRecord, { request: [], tries: 1 })).toEqual({
    ok: true,
    value: { request: undefined, tries: 1 },
  });
  expect(shaped(LiteLlmPayload, { status: "success", model_parameters: 5 })).toMatchObject({
    ok: true,
    value: { model_parameters: null },
  });
  const element = shaped(OtlpElement, { otlp: "log", scope: {} });
  expect(element).toMatchObject({
    ok: true,
    value: { resource: {}, attributes: {}, scope: { attributes: {} } },
  });
});

test("the record itself is never changed", () => {
  const record = Object.freeze({
    request: Object.freeze([]),
    ai: Object.freeze({ proxy: Object.freeze([]) }),
  });
  expect(shaped(KongRecord, record)).toMatchObject({ ok: true, value: { ai: { proxy: undefined } } });
});

test("a schema of a kind that is not known is left to zod", () => {
  for (const schema of [z.string(), z.strictObject({ a: z.unknown() }), z.object({}).refine(() => false)])
    expect(quickShape(schema)({})).toBe(UNTOLD);
});
