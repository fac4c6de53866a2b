import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

interface Tried {
  readonly record: number;
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly reads_redacted: boolean;
  readonly redacted?: string;
  readonly events: readonly {
    kind: string;
    event_id: string;
    cost: { amount: string } | null;
    cost_status: string | null;
    data: Record<string, unknown>;
  }[];
}

const FIXTURES = "test/gateways/fixtures";
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "sources-try-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(dir, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const run = (...args: string[]) => runCli(["sources", "try", ...args], bareEnv());
async function tried(...args: string[]): Promise<{ code: number | null; records: Tried[] }> {
  const { code, stdout } = await run(...args, "--json");
  return { code, records: JSON.parse(stdout) };
}

describe("what records would become", () => {
  test("a table for people, with meters and both costs", async () => {
    const { code, stdout } = await run("--profile", "portkey", "--file", `${FIXTURES}/portkey-log.json`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# {2}becomes .*team .*model .*meters .*gateway's cost .*cost .*event id$/m);
    expect(stdout).toMatch(/^1 {2}response success .*in 2000, out 100 +0\.0125 +0\.0125 /m);
    expect(stdout).toContain("record 1: cost estimated: usage_estimated");
    expect(stdout).toMatch(/1 record: 1 understood, 0 rejected\.\n$/);
  });

  test("the parts of a call have lines of their own, and what asks no model is an audit event", async () => {
    const name = "anthropic-compaction-advisor";
    const { stdout } = await run("--gateway", "anthropic", "--file", `${FIXTURES}/${name}.json`);
    expect(stdout).toMatch(/^1 {2}response success .* 0\.022034 /m);
    expect(stdout).toMatch(/^1 {2}part compaction .* 0\.395 /m);
    expect(stdout).toMatch(/^1 {2}part advisor_message .*claude-opus-5 .* 0\.044415 /m);
    expect(stdout).toContain("1 record: 1 understood, 0 rejected.");
    const probe = await tried("--gateway", "kong", "--file", `${FIXTURES}/kong-probe.json`);
    expect(probe.records[0]?.events).toMatchObject([{ kind: "audit", cost: null }]);
  });

  test("the example profiles read their records, and store nobody's name", async () => {
    for (const [name, kinds] of [
      ["envoy", ["response", "response", "audit"]],
      ["apisix", ["response", "response"]],
    ] as const) {
      const base = `examples/profiles/${name}-log-format`;
      const { code, records } = await tried(
        "--profile",
        `${base}.json`,
        "--file",
        `${base}.ndjson`,
        "--redacted",
      );
      expect(code).toBe(0);
      expect(records.map(({ events }) => events[0]?.kind)).toEqual(kinds);
      expect(records[0]?.events[0]?.cost?.amount).toBe("0.03690475");
      expect(records.map(({ redacted }) => redacted).join()).not.toMatch(/noor|192\.0\.2/);
    }
  });

  test("any gateway's adapter; a record that is refused does not hide the others, and the exit code says so", async () => {
    const call = JSON.parse(readFileSync(`${FIXTURES}/apisix-claude-code.json`, "utf8"));
    const path = file("mixed.json", `[${JSON.stringify(call)}, {"hello":"world"}, {"a":1`);
    const broken = await run("--gateway", "apisix", "--file", path);
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    const lines = file("mixed.ndjson", `${JSON.stringify(call)}\n{"hello":"world"}\n{"a":\n`);
    const { code, records } = await tried("--gateway", "apisix", "--file", lines);
    expect(code).toBe(1);
    expect(records.map(({ accepted, reason }) => [accepted, reason])).toEqual([
      [true, null],
      [false, "bad_shape"],
      [false, "not_json"],
    ]);
    expect(records[0]?.events[0]).toMatchObject({
      kind: "response",
      cost: { amount: "0.03690475" },
      cost_status: "estimated",
    });
    const { stdout } = await run("--gateway", "apisix", "--file", lines);
    expect(stdout).toMatch(/^2 {2}REJECT bad_shape/m);
    expect(stdout).toMatch(/^record 2: bad_shape: has no request/m);
    expect(stdout).toContain("3 records: 1 understood, 2 rejected.");
  });

  test("the source's name is part of each event's id, and its settings count", async () => {
    const sources = file("sources.json", [
      { name: "shop", gateway: "portkey", platform: "bedrock" },
      { name: "ads", gateway: "portkey", team_from: "consumer" },
    ]);
    const id = async (...args: string[]) =>
      (await tried("--file", `${FIXTURES}/portkey-log.json`, ...args)).records[0]?.events[0]?.event_id;
    expect(await id("--profile", "portkey", "--source", "a")).not.toBe(
      await id("--profile", "portkey", "--source", "b"),
    );
    expect(await id("--source", "shop", "--sources", sources)).toBe(
      await id("--profile", "portkey", "--source", "shop"),
    );
  });

  test("what would be stored is shown where asked for", async () => {
    const args = ["--profile", "portkey", "--file", `${FIXTURES}/portkey-log.json`];
    const { stdout } = await run(...args, "--redacted");
    expect(stdout).toMatch(/"request": "\[content \d+ bytes\]"/);
    expect(stdout).not.toContain("what does the ranker do");
    expect((await tried(...args)).records[0]).not.toHaveProperty("redacted");
  });
});

describe("mistakes", () => {
  const record = `${FIXTURES}/portkey-log.json`;
  test.each<[string, () => string[], RegExp]>([
    ["no file", () => ["--profile", "portkey"], /--file <file>' not specified/],
    [
      "a file that is not there",
      () => ["--profile", "portkey", "--file", "nowhere.json"],
      /nowhere\.json cannot be used:\nENOENT/,
    ],
    [
      "an empty file",
      () => ["--profile", "portkey", "--file", file("empty.json", "")],
      /is empty \(empty_value\)/,
    ],
    [
      "an array that never closes",
      () => ["--profile", "portkey", "--file", file("open.json", "[{}, {")],
      /cannot be split/,
    ],
    [
      "neither a profile nor a gateway",
      () => ["--file", record],
      /--profile is missing; accepted: a profile's file, or one of .*apisix, .*portkey/,
    ],
    [
      "an unknown gateway",
      () => ["--gateway", "portky", "--file", record],
      /--gateway is portky; accepted: .*portkey/,
    ],
    [
      "a profile that is neither file nor name",
      () => ["--profile", "portky", "--file", record],
      /--profile is portky, which is no file; accepted: .*portkey/,
    ],
    [
      "a profile that is no JSON",
      () => ["--profile", file("bad.json", "{"), "--file", record],
      /bad\.json cannot be used:\n.*JSON/,
    ],
    [
      "a profile with a wrong path",
      () => ["--profile", file("path.json", { name: "a", map: { model: "a..b" } }), "--file", record],
      /path\.json cannot be used:\nmap\.model: a name is missing at character 3 of a\.\.b/,
    ],
    [
      "two that contradict each other",
      () => ["--profile", "portkey", "--gateway", "kong", "--file", record],
      /--gateway is kong; accepted: portkey/,
    ],
    [
      "a source's name that is none",
      () => ["--profile", "portkey", "--source", "No Such", "--file", record],
      /--source is No Such; accepted: lower-case letters/,
    ],
    [
      "a source that is not in the file",
      () => [
        "--source",
        "x",
        "--sources",
        file("one.json", [
          { name: "a", gateway: "kong" },
          { name: "b", gateway: "kong" },
        ]),
        "--file",
        record,
      ],
      /--source is x; accepted: a, b/,
    ],
  ])("%s", async (_what, args, hint) => {
    const { code, stdout, stderr } = await run(...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(hint);
  });

  test("records of another gateway are refused, each with its reason", async () => {
    const { code, records } = await tried(
      "--profile",
      "portkey",
      "--file",
      `${FIXTURES}/cloudflare-logpush.json`,
    );
    expect(code).toBe(1);
    expect(records[0]).toMatchObject({
      accepted: false,
      reason: "unknown_event_type",
      detail: expect.stringContaining("portkey knows: log"),
    });
  });
});
