import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { startClickHouse } from "#embedded/clickhouse.ts";
import { kafkaProperties } from "#embedded/kafka/properties.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { SETTINGS, type SettingName, settingOf } from "#runtime/config/schema.ts";
import { composeService, composeServices, composeText } from "#test/deploy/compose-file.ts";
import { TEST_PASSWORD, testUsers } from "#test/support/test-users.ts";

const services = Object.entries(composeServices()).map(([name, service]) => ({ name, ...service }));
const servers = ["kafka", "clickhouse"];
/** What ends by itself has no health, and is not started again. */
const oneShots = ["migrate", "cli"];

describe.each(services)("service $name", ({ name, image, ports, logging, ...service }) => {
  test("is pinned, published on loopback only, and its log is rotated", () => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:[^:]+(:-\d+\})?:\d+$/);
    expect(logging.driver).toBe("json-file");
    expect(logging.options).toEqual({ "max-size": expect.any(String), "max-file": expect.any(String) });
  });

  test("has time to end in order, and restarts or is a one-shot", () => {
    expect(Number(/^(\d+)s$/.exec(service.stop_grace_period)?.[1])).toBeGreaterThanOrEqual(40);
    expect(service.restart).toBe(oneShots.includes(name) ? "no" : "unless-stopped");
  });

  const isLasting = !oneShots.includes(name);
  test(isLasting ? "says whether it is healthy" : "has no health, for it ends", () => {
    expect(service.healthcheck !== undefined).toBe(isLasting);
    if (!isLasting) return;
    expect(service.healthcheck?.test[0]).toBe("CMD");
    for (const bound of ["interval", "timeout", "retries", "start_period"])
      expect(service.healthcheck).toHaveProperty(bound);
  });

  test("waits for what it stands on, and no cycle or unknown name is among it", () => {
    const needs = Object.entries(service.depends_on);
    for (const [other, { condition }] of needs) {
      const wanted = other === "migrate" ? "service_completed_successfully" : "service_healthy";
      expect(condition, other).toBe(wanted);
      expect(Object.keys(composeService(other).depends_on)).not.toContain(name);
    }
    if (!servers.includes(name) && !oneShots.includes(name))
      expect(needs.map(([other]) => other)).toContain("migrate");
  });
});

describe("variables", () => {
  const uses = [...composeText().matchAll(/\$\{(\w+)(:[-?])?([^}]*)\}/g)].map(
    ([, name = "", operator, rest = ""]) => ({ name, operator, rest }),
  );

  test.each(uses)("$name is a setting; a secret has no default and says what to do", (use) => {
    expect(Object.keys(SETTINGS)).toContain(use.name);
    const setting = settingOf(use.name as SettingName);
    if (setting.secret) {
      expect(use.operator).toBe(":?");
      expect(use.rest).toContain("openssl rand -hex 32");
    } else {
      expect(use.operator).toBe(":-");
      expect(use.rest).toBe(setting.fallback);
    }
  });

  test("nothing else of the file looks like a password", () => {
    const values = services.flatMap(({ environment }) => Object.entries(environment));
    for (const [name, value] of values)
      if (/PASSWORD|SECRET|SALT|TOKEN/.test(name)) expect(value, name).toMatch(/^\$\{\w+:\?/);
  });

  test(".env.example names each of them, with no secret filled in", () => {
    const lines = readFileSync("deploy/.env.example", "utf8").split("\n");
    const given = lines.flatMap((line) => /^(#?)([A-Z_]+)=(.*)$/.exec(line)?.slice(1, 4) ?? []);
    const entries = Array.from({ length: given.length / 3 }, (_, at) => given.slice(at * 3, at * 3 + 3));
    expect(new Set(entries.map(([, name]) => name))).toEqual(new Set(uses.map(({ name }) => name)));
    for (const [comment, name = "", value] of entries) {
      const setting = settingOf(name as SettingName);
      expect([name, comment, value]).toEqual(setting.secret ? [name, "", ""] : [name, "#", setting.fallback]);
    }
  });
});

describe("the servers are what the embedded ones are", () => {
  test("Kafka: the version, and the settings that the ingester leans on", () => {
    const pom = readFileSync("embedded/kafka/pom.xml", "utf8");
    const versions = [...pom.matchAll(/<groupId>org\.apache\.kafka<[\s\S]*?<version>([\d.]+)</g)];
    expect(new Set(versions.map((match) => `apache/kafka:${match[1]}`))).toEqual(
      new Set([composeService("kafka").image]),
    );
    const properties = kafkaProperties({ dir: "", port: 0, controllerPort: 0 });
    const leaned = [
      "offsets.retention.minutes",
      "message.max.bytes",
      "replica.fetch.max.bytes",
      "auto.create.topics.enable",
    ];
    for (const name of leaned) {
      const variable = `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`;
      expect(properties).toContain(`${name}=${composeService("kafka").environment[variable]}\n`);
    }
  });

  test("ClickHouse: the version that the embedded library itself tells", async () => {
    const dir = mkdtempSync(join(tmpdir(), "spendtrail-version-"));
    const server = await startClickHouse({ dir, usersXml: clickHouseUsersXml(testUsers(), "spendtrail") });
    const login = { user: "admin", password: TEST_PASSWORD, database: "default", requestTimeoutMs: 10_000 };
    const clickhouse = connectClickHouse({ url: server.url, ...login });
    try {
      const row = z.object({ version: z.string() });
      const [about] = await clickhouse.query({ name: "version", sql: "SELECT version() AS version", row });
      const [, tag] = composeService("clickhouse").image.split(":");
      expect(about?.version.split(".").slice(0, 3).join(".")).toBe(tag);
    } finally {
      await clickhouse.close();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test("ClickHouse has files enough, and one folder of data that outlives it", () => {
    const { ulimits, volumes } = composeService("clickhouse");
    expect(Number(ulimits?.nofile.soft)).toBeGreaterThanOrEqual(262_144);
    expect(Number(ulimits?.nofile.hard)).toBeGreaterThanOrEqual(262_144);
    expect(volumes).toContain("clickhouse-data:/var/lib/clickhouse");
    expect(composeService("kafka").volumes).toEqual(["kafka-data:/var/lib/kafka/data"]);
    expect(composeService("kafka").environment["KAFKA_LOG_DIRS"]).toBe("/var/lib/kafka/data");
  });
});
