import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "#core/failure.ts";
import { startClickHouse } from "#embedded/clickhouse.ts";
import { startKafka } from "#embedded/kafka.ts";
import { waitUntil } from "#embedded/wait-until.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { emptyFolder, envWithOnly } from "#test/embedded/fake-path.ts";
import { processesNaming } from "#test/embedded/processes.ts";
import { testUsers } from "#test/support/test-users.ts";

const usersXml = clickHouseUsersXml(testUsers(), "spendtrail");
const JAVA = spawnSync("sh", ["-c", "command -v java"], { encoding: "utf8" }).stdout.trim();
const OWN_KAFKA = "KAFKA_BROKERS";
const OWN_CLICKHOUSE = "CLICKHOUSE_URL";
const COMPOSE = "docker compose -f deploy/compose.yaml up -d";

const busy: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of busy.splice(0)) server.close();
});

async function occupiedPort(): Promise<number> {
  const server = createServer();
  busy.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

interface Case {
  readonly when: string;
  readonly start: (dir: string) => Promise<unknown>;
  readonly code: string;
  /** What the message must say, beside being one line. */
  readonly says: readonly string[];
}

const fakeJava = (version: string) => `echo 'openjdk version "${version}" 2018-09-25' >&2`;

const CASES: readonly Case[] = [
  {
    when: "there is no java",
    start: (dir) => startKafka({ dir, env: envWithOnly({}) }),
    code: "JAVA_MISSING",
    says: ["Java 17", "Install a JDK", COMPOSE, OWN_KAFKA],
  },
  {
    when: "JAVA_HOME names a folder without java",
    start: (dir) => startKafka({ dir, env: { ...envWithOnly({ java: JAVA }), JAVA_HOME: "/nowhere" } }),
    code: "JAVA_MISSING",
    says: ["Java 17", OWN_KAFKA],
  },
  {
    when: "java ends with an error",
    start: (dir) => startKafka({ dir, env: envWithOnly({ java: "exit 3" }) }),
    code: "JAVA_MISSING",
    says: ["no working `java`"],
  },
  {
    when: "java is version 11",
    start: (dir) => startKafka({ dir, env: envWithOnly({ java: fakeJava("11.0.2") }) }),
    code: "JAVA_TOO_OLD",
    says: ["Java 17", "version 11", "JAVA_HOME", COMPOSE, OWN_KAFKA],
  },
  {
    when: "java is version 1.8",
    start: (dir) => startKafka({ dir, env: envWithOnly({ java: fakeJava("1.8.0_392") }) }),
    code: "JAVA_TOO_OLD",
    says: ["version 8"],
  },
  {
    when: "there is no mvn and Kafka was not fetched yet",
    start: (dir) => startKafka({ dir, env: envWithOnly({ java: JAVA }), libRoot: emptyFolder() }),
    code: "MAVEN_MISSING",
    says: ["Install Maven", COMPOSE, OWN_KAFKA],
  },
  {
    when: "Maven fails",
    start: (dir) =>
      startKafka({
        dir,
        env: envWithOnly({
          java: JAVA,
          mvn: `[ "$1" = --version ] || { echo "[ERROR] no route to the repository"; exit 1; }`,
        }),
        libRoot: emptyFolder(),
      }),
    code: "MAVEN_FAILED",
    says: ["no route to the repository", "Check the network", COMPOSE, OWN_KAFKA],
  },
  {
    when: "Kafka's port is taken",
    start: async (dir) => startKafka({ dir, port: await occupiedPort() }),
    code: "PORT_BUSY",
    says: ["wanted for Kafka", "0 for any free one", OWN_KAFKA, OWN_CLICKHOUSE],
  },
  {
    when: "ClickHouse's port is taken",
    start: async (dir) => startClickHouse({ dir, usersXml, httpPort: await occupiedPort() }),
    code: "PORT_BUSY",
    says: ["wanted for ClickHouse", "0 for any free one"],
  },
  {
    when: "Kafka's folder lies below a file",
    start: (dir) => startKafka({ dir: belowFile(dir) }),
    code: "DATA_DIR_UNWRITABLE",
    says: ["SPENDTRAIL_DATA_DIR"],
  },
  {
    when: "ClickHouse's folder lies below a file",
    start: (dir) => startClickHouse({ dir: belowFile(dir), usersXml }),
    code: "DATA_DIR_UNWRITABLE",
    says: ["SPENDTRAIL_DATA_DIR"],
  },
  {
    when: "there is no ClickHouse library for the platform",
    start: (dir) => startClickHouse({ dir, usersXml, platform: { name: "win32", arch: "x64" } }),
    code: "PLATFORM_UNSUPPORTED",
    says: ["win32 x64", "npm ci", COMPOSE, OWN_CLICKHOUSE],
  },
  {
    when: "Kafka dies at its start",
    start: (dir) => {
      mkdirSync(join(dir, "log"));
      writeFileSync(join(dir, "log", "meta.properties"), "version=one\ncluster.id=\n");
      return startKafka({ dir });
    },
    code: "SERVER_DID_NOT_START",
    says: ["Kafka did not start", "kafka.log", COMPOSE, OWN_KAFKA],
  },
  {
    when: "ClickHouse dies at its start",
    start: (dir) => startClickHouse({ dir, usersXml: "<clickhouse><users></clickhouse>" }),
    code: "SERVER_DID_NOT_START",
    says: ["ClickHouse did not start", "clickhouse.log", COMPOSE, OWN_CLICKHOUSE],
  },
];

describe("a server that cannot start says in one line what to do, and leaves nothing behind", () => {
  test.each(CASES)("$when", async ({ start, code, says }) => {
    const dir = emptyFolder();
    const error = await start(dir).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Failure);
    const { message } = error as Failure;
    expect({ code: (error as Failure).code, message }).toMatchObject({ code });
    for (const part of says) expect(message).toContain(part);
    expect(message).not.toContain("\n");
    expect(message.length).toBeLessThan(700);
    expect(await waitUntil(() => processesNaming(dir).length === 0, 15_000)).toBe(true);
  });

  test("a folder that is there and cannot be written to", () => {
    const dir = emptyFolder();
    chmodSync(dir, 0o555);
    // Root may write anywhere, so the question is asked as somebody else.
    const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const script = `import("#embedded/folder.ts").then(({ makeFolder }) => makeFolder(${JSON.stringify(dir)})).catch((error) => console.log(error.code, error.message))`;
    const asked = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", ...as });
    expect(asked.stdout).toMatch(/^DATA_DIR_UNWRITABLE .*SPENDTRAIL_DATA_DIR/);
  });
});

function belowFile(dir: string): string {
  writeFileSync(join(dir, "file"), "");
  return join(dir, "file", "below");
}
