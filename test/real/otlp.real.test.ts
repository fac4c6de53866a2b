import { randomUUID } from "node:crypto";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { logLikeClaudeCode, requestIds } from "#test/real/otlp/claude-code-logs.ts";
import { responseIds, traceGenAi } from "#test/real/otlp/genai-spans.ts";
import { type OtlpTrial, startOtlpTrial } from "#test/real/otlp/otlp-trial.ts";
import { grpcMetrics, setOtlpEnvironment, TRANSPORTS } from "#test/real/otlp/transports.ts";
import { sdkWarnings, watched } from "#test/real/otlp/watched.ts";

let trial: OtlpTrial;
beforeAll(async () => {
  trial = await startOtlpTrial();
});
afterAll(() => trial?.stop());
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(TRANSPORTS)("OpenTelemetry's SDK for JavaScript over $name", (transport) => {
  test("Claude Code's logs arrive once each", async () => {
    const [session, results, warnings] = [randomUUID(), [] as string[], sdkWarnings()];
    setOtlpEnvironment(transport.compression, trial.keys);
    await logLikeClaudeCode(watched(transport.logs(trial.product), results), session);
    expect(results).toEqual(["success"]);
    expect(warnings).toEqual([]);
    const events = await trial.found(session, 4);
    const calls = events.filter((event) => event.kind === "response");
    expect(calls.map((event) => event.provider_request_id).sort()).toEqual(requestIds(session));
    for (const event of events)
      expect(event).toMatchObject({ team: "search", session_id: session, session_id_source: "telemetry" });
    const [first] = requestIds(session);
    expect(calls.find((event) => event.provider_request_id === first)).toMatchObject({
      gateway: "claude-code",
      client: "claude-code/2.1.240",
      outcome: "success",
      model_canonical: "claude-sonnet-4-5",
      meters: { input_tokens: 12, cache_read_tokens: 15200, cache_write_tokens: 800, output_tokens: 340 },
      gateway_cost: { amount: "0.012696" },
    });
    expect(calls.find((event) => event.outcome === "error")).toMatchObject({ http_status: 529, attempt: 3 });
    expect(events.find((event) => event.kind === "audit")).toMatchObject({
      action: "tool_decision",
      target_id: "Bash",
    });
  });

  test("GenAI spans arrive once each, and those beside them are no events", async () => {
    const [session, results, warnings] = [randomUUID(), [] as string[], sdkWarnings()];
    setOtlpEnvironment(transport.compression, trial.keys);
    await traceGenAi(watched(transport.traces(trial.product), results), session);
    expect(results).toEqual(["success"]);
    expect(warnings).toEqual([]);
    const events = await trial.found(session, 3);
    const answered = events.filter((event) => event.outcome === "success");
    expect(answered.map((event) => event.provider_message_id).sort()).toEqual(responseIds(session));
    for (const event of answered)
      expect(event).toMatchObject({
        gateway: "otel-genai",
        team: "search",
        platform: "anthropic-api",
        model_canonical: "claude-sonnet-4-5",
        stop_reason: "end_turn",
        meters: { input_tokens: 12, cache_read_tokens: 15200, cache_write_tokens: 800, output_tokens: 340 },
      });
    const failed = events.filter((event) => event.outcome === "error");
    expect(failed).toEqual([expect.objectContaining({ error_type: "overloaded_error" })]);
  });
});

test("metrics over gRPC, as Claude Code's quick start sends them, are taken and said to be dropped", async () => {
  const [results, warnings] = [[] as string[], sdkWarnings()];
  setOtlpEnvironment("none", trial.keys);
  const exporter = watched(grpcMetrics(trial.product), results);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  provider.getMeter("com.anthropic.claude_code").createCounter("claude_code.token.usage").add(80);
  await provider.forceFlush();
  await provider.shutdown();
  expect(new Set(results)).toEqual(new Set(["success"]));
  const figures = await (await fetch(`${trial.product.collector}/metrics`)).text();
  expect(figures).toMatch(/spendtrail_collector_\w*metrics_dropped\w*\{[^}]*\} [1-9]/);
  expect(warnings.join("\n")).toContain("Metrics are not stored");
});

test("a key that is none is an exporter's error, and what it sent is nowhere", async () => {
  const [session, results] = [randomUUID(), [] as string[]];
  setOtlpEnvironment("none", { ...trial.keys, logs: "st_0000000000_of-nobody" });
  const [transport] = TRANSPORTS;
  if (transport === undefined) throw new Error("there is no transport");
  await logLikeClaudeCode(watched(transport.logs(trial.product), results), session);
  expect(results).toEqual([expect.stringMatching(/401|Unauthorized/)]);
  await trial.found(session, 0);
});
