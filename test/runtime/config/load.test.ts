import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Failure } from "#core/failure.ts";
import { configDoc } from "#runtime/config/doc.ts";
import { loadConfig } from "#runtime/config/load.ts";

const folder = mkdtempSync(join(tmpdir(), "spendtrail-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** The faults' lines, or none. */
function faults(env: Record<string, string>, options: Parameters<typeof loadConfig>[1] = {}): string[] {
  try {
    loadConfig(env, options);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe("CONFIG_INVALID");
    return String(error.params["faults"]).split("\n");
  }
}

describe("where settings come from", () => {
  test("defaults do for a laptop", () => {
    const config = loadConfig({}, { program: "up" });
    expect(config.embedded).toEqual({ kafka: true, clickhouse: true });
    expect(config.replicationFactor).toBe(1);
    expect(config.topics.records).toBe("spendtrail.records");
    expect([config.collector.port, config.collector.grpcPort, config.api.port]).toEqual([4318, 4317, 8787]);
    expect(config.collector.host).toBe("127.0.0.1");
  });

  test("the door for OTLP over gRPC can be shut", () => {
    const shut = loadConfig({ SPENDTRAIL_OTLP_GRPC_PORT: "off" }, { program: "up" });
    expect(shut.collector.grpcPort).toBeNull();
    expect(faults({ SPENDTRAIL_OTLP_GRPC_PORT: "no" }, { program: "up" })).toEqual([
      expect.stringContaining("SPENDTRAIL_OTLP_GRPC_PORT"),
    ]);
  });

  test("the environment wins over the file, the file over the default, and an empty variable is absent", () => {
    const file = fileOf(
      "a.json",
      JSON.stringify({
        KAFKA_BROKERS: ["k1:9092", "k2:9093"],
        SPENDTRAIL_BATCH_ROWS_MAX: 7,
        KAFKA_TLS: true,
      }),
    );
    const config = loadConfig({ SPENDTRAIL_BATCH_ROWS_MAX: "9", SPENDTRAIL_BATCH_AGE_MS: "" }, { file });
    expect(config.kafka.brokers).toEqual(["k1:9092", "k2:9093"]);
    expect(config.kafka.tls?.rejectUnauthorized).toBe(true);
    expect(config.ingest).toMatchObject({ batchRowsMax: 9, batchAgeMs: 750 });
    expect(config.replicationFactor).toBe(3);
    expect(loadConfig({ SPENDTRAIL_CONFIG: file }).ingest.batchRowsMax).toBe(7);
  });

  test("a secret can be a file, without its last line end", () => {
    const path = fileOf("salt", "0123456789abcdef\n");
    expect(loadConfig({ SPENDTRAIL_PERSON_SALT_FILE: path }).personSalt.toString()).toBe("0123456789abcdef");
    const ca = fileOf("ca.pem", "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n");
    expect(loadConfig({ CLICKHOUSE_TLS_CA_FILE: ca }).clickhouse.ingest.tls?.caCert?.toString()).toContain(
      "BEGIN",
    );
  });

  test("each program's ClickHouse user is its own", () => {
    const { clickhouse } = loadConfig({
      CLICKHOUSE_API_PASSWORD: "p",
      CLICKHOUSE_API_ALL_USER: "everything",
    });
    expect(clickhouse.apiTeam).toMatchObject({
      user: "spendtrail_api",
      password: "p",
      database: "spendtrail",
    });
    expect(clickhouse.apiAll).toMatchObject({ user: "everything", password: "" });
  });
});

describe("faults", () => {
  test("are told all at once: name, what was given, what is accepted", () => {
    const found = faults({
      KAFKA_BROKERS: "localhost",
      KAFKA_SASL_MECHANISM: "gssapi",
      CLICKHOUSE_URL: "clickhouse:9000",
      SPENDTRAIL_API_PORT: "70000",
      SPENDTRAIL_PERSON_SALT: "short",
      SPENDTRAIL_BATCH_ROW_MAX: "1",
    });
    expect(found).toHaveLength(6);
    const text = found.join("\n");
    expect(text).toContain(
      'KAFKA_BROKERS: given "localhost"; accepted: host:port, several separated by commas',
    );
    expect(text).toContain('SPENDTRAIL_API_PORT: given "70000"; accepted: a port, from 0 to 65535');
    expect(text).toContain(
      "SPENDTRAIL_BATCH_ROW_MAX: there is no such setting; did you mean SPENDTRAIL_BATCH_ROWS_MAX?",
    );
    expect(text).toContain(
      "SPENDTRAIL_PERSON_SALT: given 5 characters, not shown; accepted: at least 16 bytes",
    );
    expect(text).not.toContain("short");
  });

  const BROKERS = { KAFKA_BROKERS: "k:9092" };
  test.each<[string, Record<string, string>, string]>([
    [
      "a mechanism without its user",
      { ...BROKERS, KAFKA_SASL_MECHANISM: "scram-sha-512" },
      "KAFKA_SASL_USERNAME",
    ],
    ["a user without a mechanism", { ...BROKERS, KAFKA_SASL_USERNAME: "u" }, "KAFKA_SASL_MECHANISM"],
    [
      "oauth without its service",
      { ...BROKERS, KAFKA_SASL_MECHANISM: "oauthbearer" },
      "KAFKA_OAUTH_TOKEN_URL",
    ],
    ["a certificate without its key", { KAFKA_TLS_CERT: "-----BEGIN CERTIFICATE-----" }, "KAFKA_TLS_KEY"],
    ["a secret given twice", { KAFKA_SASL_PASSWORD: "x", KAFKA_SASL_PASSWORD_FILE: "/y" }, "give one"],
    [
      "a secret's file that is not there",
      { SPENDTRAIL_PERSON_SALT_FILE: "/nowhere" },
      "cannot read /nowhere (ENOENT)",
    ],
    ["a broker's name one letter off", { KAFKA_BROKER: "k:9092" }, "did you mean KAFKA_BROKERS?"],
    ["a port that is none", { KAFKA_BROKERS: "k:99999" }, "KAFKA_BROKERS"],
    ["a word for a switch", { KAFKA_TLS: "yes" }, "true or false"],
    ["a number with a unit", { SPENDTRAIL_BATCH_AGE_MS: "2s" }, "milliseconds"],
    ["a database with a quote", { CLICKHOUSE_DATABASE: "a`b" }, "CLICKHOUSE_DATABASE"],
    ["_FILE of what is no secret", { SPENDTRAIL_API_PORT_FILE: "/x" }, "no such setting"],
  ])("%s", (_, env, sentence) => {
    expect(faults(env).join("\n")).toContain(sentence);
  });

  test("variables of other programs are no business of ours", () => {
    expect(faults({ KAFKA_HEAP_OPTS: "-Xmx1g", CLICKHOUSE_PASSWORD: "x", PATH: "/bin" })).toEqual([]);
  });

  test.each([
    ["{", "is not JSON"],
    ["[]", "one JSON object"],
    ['{"KAFKA_BROKRES":"k:1"}', "did you mean KAFKA_BROKERS?"],
    ['{"KAFKA_BROKERS":{"a":1}}', "KAFKA_BROKERS in"],
  ])("in a file: %s", (content, sentence) => {
    expect(faults({}, { file: fileOf("bad.json", content) }).join("\n")).toContain(sentence);
  });

  test("what a program cannot do without is asked for by that program", () => {
    expect(faults({}, { program: "collect" }).join("\n")).toContain(
      "KAFKA_BROKERS: required by `spendtrail collect`",
    );
    expect(faults({}, { program: "ingest" })).toHaveLength(4);
    expect(faults({}, { program: "up" })).toEqual([]);
    expect(faults({ CLICKHOUSE_URL: "http://c:8123" }, { program: "up" })).toHaveLength(4);
    // A setting that was given badly is told once, not again as absent.
    expect(
      faults({ KAFKA_BROKERS: "x" }, { program: "collect" }).filter((line) => line.includes("BROKERS")),
    ).toHaveLength(1);
  });
});

test("docs/configuration.md is what the schema says (`npm run generate`)", () => {
  expect(readFileSync("docs/configuration.md", "utf8")).toBe(configDoc());
});
