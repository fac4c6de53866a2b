import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { responseIds } from "#test/real/otlp/genai-spans.ts";
import { type OtlpTrial, startOtlpTrial } from "#test/real/otlp/otlp-trial.ts";

const python = inject("python");
describe.skipIf("missing" in python)("OpenTelemetry's SDK for Python", () => {
  let trial: OtlpTrial;
  beforeAll(async () => {
    trial = await startOtlpTrial();
  });
  afterAll(() => trial?.stop());

  /** The results of its exporter. */
  const traceWithPython = async (protocol: string, compression: string, session: string) => {
    const { product, keys } = trial;
    const env = {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? product.otlpGrpc : product.collector,
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${keys.traces}`,
      // For gRPC it knows "gzip" and no word for none.
      ...(compression === "gzip" && { OTEL_EXPORTER_OTLP_COMPRESSION: compression }),
    };
    const command = "path" in python ? python.path : "";
    const script = ["test/real/otlp/genai_spans.py", protocol, session];
    const { stdout, stderr } = await promisify(execFile)(command, script, { env, timeout: 30_000 });
    return { results: stdout.trim(), warnings: stderr };
  };

  test.each([
    ["http/protobuf", "none"],
    ["http/protobuf", "gzip"],
    ["grpc", "none"],
    ["grpc", "gzip"],
  ])("its spans over %s, compression %s, arrive once each", async (protocol, compression) => {
    const session = randomUUID();
    const said = await traceWithPython(protocol, compression, session);
    expect(said).toEqual({ results: "SUCCESS", warnings: "" });
    const events = await trial.found(session, 2);
    expect(events.map((event) => event.provider_message_id).sort()).toEqual(responseIds(session));
    for (const event of events)
      expect(event).toMatchObject({
        gateway: "otel-genai",
        team: "search",
        outcome: "success",
        meters: { input_tokens: 12, cache_read_tokens: 15200, cache_write_tokens: 800, output_tokens: 340 },
      });
  });
});
