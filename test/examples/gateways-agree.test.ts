import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import { readYaml, type YamlMap } from "#test/deploy/read-yaml.ts";
import { contextOf, eventOf, fixture } from "#test/gateways/support.ts";

const ROOT = "examples/gateways";
const yaml = (path: string) => readYaml(readFileSync(`${ROOT}/${path}`, "utf8"));

test("each field that agentgateway is told to add is read, and takes no name that the line has already", () => {
  const { frontendPolicies } = yaml("agentgateway/config.yaml") as {
    frontendPolicies: { accessLog: YamlMap };
  };
  const added = Object.keys(frontendPolicies.accessLog["add"] ?? {});
  expect(added.length).toBeGreaterThan(10);
  for (const name of added) expect(Object.keys(AgentgatewayRecord.shape)).toContain(name);
  // Written twice they would make the line no JSON that can be trusted.
  for (const name of ["level", "time", "scope"]) expect(added).not.toContain(name);
});

test("each counter that Envoy's access log shows is one that the route counts", () => {
  const { spec } = yaml("envoy-ai-gateway/route.yaml") as { spec: { llmRequestCosts: YamlMap[] } };
  const counted = spec.llmRequestCosts.map((cost) => cost["metadataKey"]);
  const log = readFileSync(`${ROOT}/envoy-ai-gateway/access-log.yaml`, "utf8");
  const shown = [...log.matchAll(/ai_gateway:(llm_\w+)\)/g)].map(([, key]) => key);
  expect(shown.sort()).toEqual(counted.sort());
});

test("a line of Envoy's with those keys is a call with a session and disjoint meters", () => {
  const { spec } = yaml("envoy-ai-gateway/access-log.yaml") as never as {
    spec: { telemetry: { accessLog: { settings: { format: { json: Record<string, string> } }[] } } };
  };
  const keys = spec.telemetry.accessLog.settings[0]?.format.json ?? {};
  const values: Record<string, unknown> = {
    start_time: "2026-11-19T10:00:00.125Z",
    duration: 3310,
    method: "POST",
    "x-envoy-origin-path": "/anthropic/v1/messages",
    response_code: 200,
    "x-request-id": "5b0d3a8e-51a4-4a57-9c8e-1f6f1a2b0041",
    "request-id": "req_011TrailEnvoy",
    "session.id": "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    "gen_ai.request.model": "claude-opus-5",
    "gen_ai.response.model": "claude-opus-5",
    "gen_ai.usage.input_tokens": 16_043,
    "gen_ai.usage.cache_read.input_tokens": 11_367,
    "gen_ai.usage.cache_creation.input_tokens": 4_673,
    "gen_ai.usage.output_tokens": 80,
  };
  for (const name of Object.keys(values)) expect(Object.keys(keys)).toContain(name);
  const line = Object.fromEntries(Object.keys(keys).map((name) => [name, values[name] ?? null]));
  expect(eventOf(line, contextOf({ gateway: "envoy-ai-gateway" })).data).toMatchObject({
    session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    provider_request_id: "req_011TrailEnvoy",
    meters: { input_tokens: 3, cache_read_tokens: 11_367, output_tokens: 80 },
  });
});

test("the headers helper of Claude Code prints JSON, with a key that no settings file holds", () => {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-helper-"));
  writeFileSync(join(folder, "key"), "st_test_key\n");
  const env = { ...process.env, SPENDTRAIL_KEY_FILE: join(folder, "key") };
  const { stdout, status } = spawnSync(`${ROOT}/claude-code/spendtrail-otel-headers`, {
    env,
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect({ status, headers: JSON.parse(stdout) }).toEqual({
    status: 0,
    headers: { "x-api-key": "st_test_key" },
  });
  expect(readFileSync(`${ROOT}/claude-code/managed-settings.json`, "utf8")).not.toMatch(/\bst_/);
});

test("an agentgateway line with every added field becomes a call with session, team and client", () => {
  const { data } = eventOf(fixture("agentgateway-claude-code"), contextOf({ gateway: "agentgateway" }));
  expect(data).toMatchObject({
    session_id: expect.any(String),
    team: "search",
    client: "claude-cli/2.1.240",
  });
});
