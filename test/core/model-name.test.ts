import { describe, expect, test } from "vitest";
import { canonicalModel } from "#core/model-name.ts";
import { ANTHROPIC_MODELS, OTHER_MODELS } from "#core/model-names.ts";

/** AWS owns the base models, so their ARN names no account. */
const ARN_OF_AWS = "arn:aws:bedrock:us-east-1::";
const ACCOUNT_ARN = "arn:aws:bedrock:us-west-2:123456789012";

describe("names that mean a model of the table", () => {
  test.each<[string, string, string, "global" | "regional" | null]>([
    ["Anthropic's own", "claude-opus-5", "claude-opus-5", null],
    ["a dated snapshot", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5", null],
    ["a snapshot before the names turned round", "claude-3-5-haiku-20241022", "claude-3-5-haiku", null],
    ["an alias", "claude-opus-4-0", "claude-opus-4", null],
    ["the latest", "claude-3-7-sonnet-latest", "claude-3-7-sonnet", null],
    ["LiteLLM's older name", "claude-4-sonnet-20250514", "claude-sonnet-4", null],
    ["Claude Code's long context", "claude-sonnet-4-6[1m]", "claude-sonnet-4-6", null],
    ["a route", "anthropic/claude-haiku-5-5", "claude-haiku-5-5", null],
    ["two routes", "openrouter/anthropic/claude-opus-5", "claude-opus-5", null],
    ["Vertex with a date", "claude-opus-4-5@20251101", "claude-opus-4-5", null],
    ["Vertex with a route", "vertex_ai/claude-haiku-4-5@20251001", "claude-haiku-4-5", null],
    ["Vertex without a date", "vertex_ai/claude-sonnet-5@default", "claude-sonnet-5", null],
    ["Vertex with a version", "claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet", null],
    ["Foundry", "azure_ai/claude-opus-4-8", "claude-opus-4-8", null],
    ["Bedrock, no region", "anthropic.claude-opus-5", "claude-opus-5", null],
    ["Bedrock, a version", "anthropic.claude-opus-4-6-v1", "claude-opus-4-6", null],
    ["Bedrock, both versions", "anthropic.claude-haiku-4-5-20251001-v1:0", "claude-haiku-4-5", null],
    ["Bedrock, a context size", "anthropic.claude-3-haiku-20240307-v1:0:200k", "claude-3-haiku", null],
    ["Bedrock, second version", "anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet", null],
    ["Bedrock by LiteLLM", "bedrock/converse/us.anthropic.claude-sonnet-5", "claude-sonnet-5", "regional"],
    ["Bedrock, global", "global.anthropic.claude-opus-4-7", "claude-opus-4-7", "global"],
    ["Bedrock, long context", "us.anthropic.claude-opus-4-6-v1[1m]", "claude-opus-4-6", "regional"],
    ["OpenAI with a date", "openai/gpt-4o-mini-2024-07-18", "gpt-4o-mini", null],
    ["an embedding", "text-embedding-3-small", "text-embedding-3-small", null],
    ["an ARN of a model", `${ARN_OF_AWS}foundation-model/anthropic.claude-opus-5`, "claude-opus-5", null],
    [
      "an ARN of an inference profile",
      `${ACCOUNT_ARN}:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0`,
      "claude-sonnet-4-5",
      "regional",
    ],
    [
      "an ARN of a global one, with a route",
      `bedrock/converse/${ACCOUNT_ARN}:inference-profile/global.anthropic.claude-opus-4-7`,
      "claude-opus-4-7",
      "global",
    ],
    [
      "an ARN in China's partition",
      "arn:aws-cn:bedrock:cn-north-1:1:inference-profile/apac.anthropic.claude-opus-5",
      "claude-opus-5",
      "regional",
    ],
  ])("%s: %s", (_name, name, model, geoScope) => {
    expect(canonicalModel(name)).toEqual({ model, geoScope });
  });

  test.each(["us", "eu", "apac", "au", "jp", "ca"])("an endpoint of %s is regional", (region) => {
    expect(canonicalModel(`${region}.anthropic.claude-opus-5`).geoScope).toBe("regional");
  });

  test("GovCloud has rates of its own: the model is known, the endpoint's rates are not", () => {
    const name = "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0";
    expect(canonicalModel(name)).toEqual({ model: "claude-sonnet-4-5", geoScope: "gov" });
  });
});

describe("names that are not in the table stay visible and are not guessed at", () => {
  test.each<[string, string]>([
    ["nothing", ""],
    ["a model to come", "claude-opus-9"],
    ["a snapshot that is not known", "claude-opus-4-5-20260101"],
    ["a prefix of a model", "claude-opus"],
    ["a model and more", "claude-opus-5-preview"],
    ["a smaller sibling", "gpt-4o-micro"],
    ["another case", "Claude-Opus-5"],
    ["a blank after", "claude-opus-5 "],
    ["a look-alike letter", "clаude-opus-5"],
    ["a deployment's name", "prod-claude"],
    ["an unknown provider", "acme/claude-opus-5"],
    ["an unknown region", "mars.anthropic.claude-opus-5"],
    ["a region of another vendor", "us.meta.llama4-scout-17b-instruct-v1:0"],
    ["a version alone", "-v1:0"],
    ["a route alone", "bedrock/"],
    ["an endless route", "bedrock/".repeat(64)],
    ["an application profile", `${ACCOUNT_ARN}:application-inference-profile/abc123def456`],
    [
      "an application profile named like a model",
      `${ACCOUNT_ARN}:application-inference-profile/claude-opus-5`,
    ],
    ["a provisioned model", `${ACCOUNT_ARN}:provisioned-model/claude-opus-5`],
    ["an ARN of another service", "arn:aws:sagemaker:us-east-1:1:endpoint/claude-opus-5"],
    ["what every object has", "constructor"],
    ["the prototype", "__proto__"],
  ])("%s: %s", (_name, name) => {
    expect(canonicalModel(name)).toMatchObject({ model: null });
  });
});

describe("the table", () => {
  const models = [...ANTHROPIC_MODELS, ...OTHER_MODELS];

  test("every canonical name means itself", () => {
    for (const { model } of models) expect(canonicalModel(model)).toEqual({ model, geoScope: null });
  });

  test("no name means two models", () => {
    const dated = ANTHROPIC_MODELS.flatMap(({ model, dates = [] }) =>
      dates.map((date) => `${model}-${date}`),
    );
    const names = models.flatMap((entry) => [entry.model, ...(entry.also ?? [])]);
    const all = [...dated, ...names];
    expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
  });

  test("every snapshot can be written as Anthropic, Vertex and Bedrock write it", () => {
    for (const { model, dates = [] } of ANTHROPIC_MODELS)
      for (const date of dates) {
        const spellings = [`${model}-${date}`, `${model}@${date}`, `global.anthropic.${model}-${date}-v1:0`];
        for (const name of spellings) expect(canonicalModel(name).model).toBe(model);
      }
  });
});
