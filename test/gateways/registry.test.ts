import { expect, test } from "vitest";
import { classOfName } from "#core/redaction-names.ts";
import { headerValue } from "#gateways/header-value.ts";
import { ADAPTERS } from "#gateways/registry.ts";

test("each adapter is found by the gateway that a source names", () => {
  expect([...ADAPTERS.keys()].sort()).toEqual([
    "agentgateway",
    "anthropic",
    "apisix",
    "bedrock-invocation-log",
    "bifrost",
    "canonical",
    "claude-apps-gateway",
    "claude-code",
    "cloudflare",
    "envoy-ai-gateway",
    "helicone",
    "kong",
    "kong-metering",
    "litellm",
    "openinference",
    "openmeter",
    "openrouter",
    "otel-genai",
    "portkey",
    "profile",
    "tensorzero",
    "vertex-request-response-log",
    "zuplo",
  ]);
  for (const [name, adapter] of ADAPTERS) {
    expect(adapter.gateway).toBe(name);
    expect(adapter.version).toBeGreaterThan(0);
  }
});

test("redaction paths are lower case, as the redactor compares them", () => {
  for (const { redaction } of ADAPTERS.values()) {
    const paths = [...redaction.content, ...redaction.credential, ...redaction.person];
    expect(paths.filter((path) => path !== path.toLowerCase())).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);
  }
});

test("a header that holds a credential by its name is never read, since it is not stored", () => {
  expect(classOfName("x-session-token", true)).not.toBe("none");
  expect(headerValue({ "x-session-token": "a" }, "X-Session-Token")).toBeUndefined();
  expect(headerValue({ "X-Session": "a" }, "x-session")).toBe("a");
  expect(headerValue(null, "x")).toBeUndefined();
});
