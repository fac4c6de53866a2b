import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SourceSetting } from "#core/settings/source.ts";
import { readSourcesFile } from "#core/sources-import.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { readYaml, type Yaml, type YamlMap } from "#test/deploy/read-yaml.ts";

const ROOT = "examples/gateways";
const FOLDERS = globSync("*", { cwd: ROOT }).sort();
const FILES = globSync("*/**/*.{json,yaml}", { cwd: ROOT }).sort();

const text = (path: string) => readFileSync(`${ROOT}/${path}`, "utf8");
const json = (path: string) => JSON.parse(text(path));

/** A member far inside a YAML file: names of maps, and numbers of lists. */
function at(path: string, ...names: readonly (string | number)[]): Yaml | undefined {
  let here: Yaml | undefined = readYaml(text(path));
  for (const name of names) here = (here as YamlMap | undefined)?.[name];
  return here;
}

function sourcesOf(folder: string): readonly SourceSetting[] {
  const read = readSourcesFile(text(`${folder}/sources.json`));
  if (!read.ok) throw new Error(`${folder}: ${read.detail}`);
  return read.value;
}

test("each folder has a README, and sources that the settings take", () => {
  expect(FOLDERS).toEqual([
    "agentgateway",
    "apisix",
    "bedrock",
    "claude-code",
    "envoy-ai-gateway",
    "kong",
    "litellm",
    "otel-collector",
    "vertex",
    "zuplo",
  ]);
  for (const folder of FOLDERS) {
    expect(text(`${folder}/README.md`)).toMatch(/^# /);
    expect(sourcesOf(folder).length).toBeGreaterThan(0);
  }
  const names = FOLDERS.flatMap(sourcesOf).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(FOLDERS)("%s names gateways whose records can be read", (folder) => {
  for (const { gateway } of sourcesOf(folder)) expect([...ADAPTERS.keys()]).toContain(gateway);
});

test.each(FILES)("%s is what its name says", (file) => {
  const read = file.endsWith(".json") ? json(file) : readYaml(text(file));
  expect(Object.keys(read).length).toBeGreaterThan(0);
});

test.each(FOLDERS)("the README of %s names each file beside it, and what cannot be told", (folder) => {
  const readme = text(`${folder}/README.md`);
  const files = globSync("*", { cwd: `${ROOT}/${folder}` }).filter((file) => file !== "README.md");
  for (const file of files) expect(readme).toContain(file);
  expect(readme).toMatch(/^## Declare the source/m);
  expect(readme).toMatch(/^## See the first event/m);
  expect(readme).toMatch(/^## What it cannot tell/m);
  for (const [, link = ""] of readme.matchAll(/\]\(([^)#:]+)\)/g))
    expect(globSync(link, { cwd: `${ROOT}/${folder}` }), `${folder}: ${link}`).not.toEqual([]);
});

describe("a configuration writes where the source reads, and neither content nor keys", () => {
  const topicOf = (folder: string, name: string) =>
    sourcesOf(folder).find((source) => source.name === name)?.topic ?? "no topic";

  test("Kong's kafka-log and http-log", () => {
    const [proxy, log] = at("kong/kafka-log.yaml", "services", 0, "plugins") as YamlMap[];
    expect(proxy).toMatchObject({
      config: { targets: [{ logging: { log_statistics: "true", log_payloads: "false" } }] },
    });
    expect(log).toMatchObject({
      config: { topic: topicOf("kong", "kong-prod"), producer_request_acks: "-1" },
    });
    const [other, http] = at("kong/http-log.yaml", "services", 0, "plugins") as YamlMap[];
    expect(other).toMatchObject({ config: { logging: { log_statistics: "true", log_payloads: "false" } } });
    expect(http).toMatchObject({
      config: { http_endpoint: expect.stringMatching(/\/v1\/gateways\/kong\?source=kong-edge$/) },
    });
    expect(topicOf("kong", "kong-edge")).toBe("no topic");
  });

  test("APISIX's route", () => {
    const { plugins } = json("apisix/route.json");
    expect(plugins["kafka-logger"]).toMatchObject({
      kafka_topic: topicOf("apisix", "apisix-prod"),
      required_acks: -1,
      include_req_body: false,
    });
    expect(plugins["ai-proxy"].logging).toEqual({ summaries: true, payloads: false });
  });

  test("LiteLLM's callback", () => {
    const callback = at("litellm/config.yaml", "callback_settings", "spendtrail");
    expect(callback).toMatchObject({
      callback_type: "generic_api",
      endpoint: expect.stringContaining("/v1/gateways/litellm?source=litellm-prod"),
      event_types: ["llm_api_success", "llm_api_failure"],
    });
  });

  test("the OpenTelemetry Collector's topics and encodings", () => {
    const exporter = at("otel-collector/config.yaml", "exporters", "kafka") as YamlMap;
    expect(exporter["producer"]).toMatchObject({ required_acks: "-1" });
    for (const [signal, name] of [
      ["logs", "otel-logs"],
      ["traces", "otel-spans"],
    ] as const) {
      const source = sourcesOf("otel-collector").find((one) => one.name === name);
      expect(exporter[signal]).toEqual({ topic: source?.topic, encoding: source?.encoding });
    }
  });

  test("the log of Bedrock is text only, and all of Vertex's calls are logged", () => {
    expect(json("bedrock/logging-config.json")).toMatchObject({ imageDataDeliveryEnabled: false });
    expect(json("vertex/publisher-model-config.json").publisherModelConfig.loggingConfig.samplingRate).toBe(
      1,
    );
  });
});
