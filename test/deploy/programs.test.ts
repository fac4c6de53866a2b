import { describe, expect, test } from "vitest";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { buildProgram } from "#cli/program.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { PROGRAMS, type Program } from "#runtime/config/needs.ts";
import { SETTINGS, type SettingName, settingOf } from "#runtime/config/schema.ts";
import { composeService, composeServices, type Service } from "#test/deploy/compose-file.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
/** What compose makes of a service's variables with a filled-in .env. */
function environmentOf(service: Service): Record<string, string> {
  const filled = (value: string) => value.replaceAll(/\$\{\w+:\?[^}]*\}/g, SECRET);
  const defaulted = (value: string) => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");
  return Object.fromEntries(
    Object.entries(service.environment).map(([name, value]) => [name, defaulted(filled(value))]),
  );
}
const secretsOf = (env: Record<string, string>) =>
  Object.keys(env).filter((name) => settingOf(name as SettingName)?.secret === true);

const programs = Object.entries(composeServices())
  .filter(([, { image }]) => image.startsWith("spendtrail:"))
  .map(([name, service]) => ({ name, service, env: environmentOf(service) }));

test("the five programs of a set-up are there", () => {
  const commands = programs.flatMap(({ service }) => service.command[0] ?? []);
  expect(commands.sort()).toEqual(["api", "collect", "ingest", "jobs", "migrate"]);
});

describe.each(programs)("program $name", ({ name, service, env }) => {
  const [verb = "check", ...options] = service.command;
  const program = PROGRAMS.find((one) => one === verb) as Program;

  test("is given settings that are in the schema, and a configuration without faults", () => {
    for (const key of Object.keys(env)) if (key !== "NODE_OPTIONS") expect(SETTINGS).toHaveProperty(key);
    const config = loadConfig(env, { program });
    expect(config.kafka.brokers).toEqual(["kafka:9092"]);
    expect(config.replicationFactor).toBe(1);
  });

  test("is given no secret that it can do without", () => {
    // `check` speaks as every user; it is run by hand.
    if (service.profiles.length > 0) return expect(service.profiles).toEqual(["cli"]);
    for (const secret of secretsOf(env)) {
      const { [secret]: _, ...rest } = env;
      // `migrate --users` checks the passwords of the users that it makes by itself.
      if (verb === "migrate" && secret !== "CLICKHOUSE_ADMIN_PASSWORD") continue;
      // Only runs that say anew who pays need it, and fail with its name where it is absent.
      if (verb === "jobs" && secret === "SPENDTRAIL_PERSON_SALT") continue;
      expect(() => loadConfig(rest, { program }), secret).toThrow(secret);
    }
  });

  test("is run by a verb and options that exist", async () => {
    const { commands } = await buildProgram([verb]);
    const command = commands.find((one) => one.name() === verb);
    expect(command?.options.map(({ long }) => long)).toEqual(expect.arrayContaining(options));
  });

  test("is asked for its health where it listens", () => {
    if (service.healthcheck === undefined) return expect(service.ports).toEqual([]);
    const config = loadConfig(env, { program });
    const address = { collect: config.collector, api: config.api, ...config.health }[name];
    const asked = /http:\/\/127\.0\.0\.1:(\d+)\/health\/ready/.exec(String(service.healthcheck?.test[3]));
    expect(Number(asked?.[1])).toBe(address?.port);
    // Other containers reach it (the published port, a collector of metrics); the host only through loopback.
    expect(address?.host).toBe("0.0.0.0");
    const listening = [address?.port, ...(name === "collect" ? [config.collector.grpcPort] : [])];
    if (service.ports.length === 0) return;
    return expect(service.ports.map((port) => port.split(":").at(-1))).toEqual(listening.map(String));
  });
});

test.each([
  ["ingest", "old-space"],
  ["collect", "semi-space"],
  ["api", "semi-space"],
])("%s gets the heap that the launcher gives it", (verb, space) => {
  const heap = nodeFlags(verb, {}).find((flag) => flag.includes(space));
  expect(heap).toBeDefined();
  expect(composeService(verb).environment["NODE_OPTIONS"]).toBe(heap);
});

test("what the collector spools lies on a volume", () => {
  const { environment, volumes } = composeService("collect");
  expect(volumes).toContain(`collector-spool:${environment["SPENDTRAIL_SPOOL_DIR"]}`);
});

test("Kafka and ClickHouse are named as their services are, at ports they listen on", () => {
  expect(composeService("kafka").environment["KAFKA_ADVERTISED_LISTENERS"]).toContain("INSIDE://kafka:9092");
  expect(composeService("ingest").environment["CLICKHOUSE_URL"]).toBe("http://clickhouse:8123");
  const { CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = composeService("clickhouse").environment;
  const { CLICKHOUSE_ADMIN_USER, CLICKHOUSE_ADMIN_PASSWORD } = composeService("migrate").environment;
  expect([CLICKHOUSE_USER, CLICKHOUSE_PASSWORD]).toEqual([CLICKHOUSE_ADMIN_USER, CLICKHOUSE_ADMIN_PASSWORD]);
});
