import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

const FROM = ["--from", "2026-11-01", "--to", "2026-12-01"];
const WHOLE = "event_time\r\n";
const SHA256 = createHash("sha256").update(WHOLE).digest("hex");
const MANIFEST = {
  ...{ row_count: 0, as_of: "2026-12-03T00:00:00.000Z", sums: {}, unpriced_calls: "2" },
  sha256: SHA256,
};

/** What the server below does at the team that is asked for. */
const ANSWERS: Readonly<Record<string, (answer: ServerResponse) => void>> = {
  whole: (answer) => end(answer, SHA256, Buffer.from(JSON.stringify(MANIFEST)).toString("base64url")),
  long: (answer) => end(answer, SHA256, ""),
  moved: (answer) => end(answer, SHA256, ""),
  slow: (answer) => {
    answer.write(WHOLE);
    began();
  },
  cut: (answer) => {
    answer.write(WHOLE);
    setImmediate(() => answer.socket?.destroy());
  },
  bare: (answer) => void answer.end(WHOLE),
  other: (answer) => end(answer, SHA256.replaceAll(/./g, "0"), ""),
};

let began = () => {};

function end(answer: ServerResponse, sha256: string, manifest: string): void {
  answer.writeHead(200, {
    trailer: "spendtrail-sha256, spendtrail-manifest",
    "spendtrail-as-of": MANIFEST.as_of,
  });
  answer.write(WHOLE);
  answer.addTrailers({ "spendtrail-sha256": sha256, "spendtrail-manifest": manifest });
  answer.end();
}

const asked: URL[] = [];
const server = createServer((request, answer) => {
  const url = new URL(request.url ?? "", "http://127.0.0.1");
  asked.push(url);
  const hasMoved = url.searchParams.get("team") === "moved";
  if (url.pathname.endsWith("/manifest"))
    answer.end(JSON.stringify({ ...MANIFEST, ...(hasMoved ? { sha256: "another" } : {}) }));
  else ANSWERS[url.searchParams.get("team") ?? ""]?.(answer);
});
let env: NodeJS.ProcessEnv;
let folder: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  folder = mkdtempSync(join(tmpdir(), "spendtrail-export-"));
  env = bareEnv({
    SPENDTRAIL_API_URL: `http://127.0.0.1:${port}`,
    SPENDTRAIL_API_KEY: "st_x",
    SPENDTRAIL_DATA_DIR: folder,
  });
});
afterAll(() => server.close());

const exported = (team: string, file: string) =>
  runCli(["export", "costs", ...FROM, "--team", team, "--out", join(folder, file), "--json"], env);

describe("spendtrail export costs", () => {
  test("writes the file and the manifest beside it", async () => {
    const run = await exported("whole", "whole.csv");
    expect(run.code, run.stderr).toBe(0);
    expect(readFileSync(join(folder, "whole.csv"), "utf8")).toBe(WHOLE);
    expect(JSON.parse(readFileSync(join(folder, "whole.csv.manifest.json"), "utf8"))).toMatchObject(MANIFEST);
    expect(JSON.parse(run.stdout)).toMatchObject({ row_count: 0, unpriced_calls: "2" });
  });

  test("asks for a manifest that is too long for a trailer, of the same as_of", async () => {
    const run = await exported("long", "long.csv");
    expect(run.code, run.stderr).toBe(0);
    expect(asked.at(-1)?.pathname).toBe("/v1/exports/costs/manifest");
    expect(asked.at(-1)?.searchParams.get("as_of")).toBe(MANIFEST.as_of);
  });

  test.each([
    ["cut", "broke off after"],
    ["bare", "no trailers"],
    ["other", "SHA-256"],
    ["moved", "another file"],
  ])("a file that is not whole (%s) is a failure and does not stay", async (team, said) => {
    const run = await exported(team, `${team}.csv`);
    expect([run.code, run.stdout]).toEqual([1, ""]);
    const { error } = JSON.parse(run.stderr);
    expect([error.code, error.message]).toEqual(["EXPORT_INCOMPLETE", expect.stringContaining(said)]);
    expect(existsSync(join(folder, `${team}.csv`))).toBe(false);
  });

  test("one that somebody ends while it comes has no file of the name that was asked for", async () => {
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const args = ["export", "costs", ...FROM, "--team", "slow", "--out", join(folder, "slow.csv")];
    const child = spawn(process.execPath, ["cli/spendtrail.mjs", ...args], { env, stdio: "ignore" });
    await begun;
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
    expect(existsSync(join(folder, "slow.csv"))).toBe(false);
  });

  test("never overwrites a file", async () => {
    writeFileSync(join(folder, "mine.csv"), "mine");
    const run = await exported("whole", "mine.csv");
    expect(JSON.parse(run.stderr).error.code).toBe("EXPORT_FILE_UNWRITABLE");
    expect(readFileSync(join(folder, "mine.csv"), "utf8")).toBe("mine");
  });
});
