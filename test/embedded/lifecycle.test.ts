import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Failure } from "#core/failure.ts";
import { startClickHouse } from "#embedded/clickhouse.ts";
import { startKafka } from "#embedded/kafka.ts";
import { freePort } from "#embedded/ports.ts";
import { waitUntil } from "#embedded/wait-until.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { keep, kept } from "#test/embedded/data.ts";
import { emptyFolder } from "#test/embedded/fake-path.ts";
import { processesNaming } from "#test/embedded/processes.ts";
import { type ChildServers, runChildServers } from "#test/embedded/run-child.ts";
import { testUsers } from "#test/support/test-users.ts";

/** How long the servers may outlive a parent that was killed: the JVM gets 10 s to write its data out. */
const GONE_MS = 15_000;
const running: ChildServers[] = [];
afterAll(() => Promise.all(running.map((servers) => servers.end())));

async function run(dir: string, ports?: readonly [number, number]): Promise<ChildServers> {
  const servers = await runChildServers(dir, ports);
  running.push(servers);
  return servers;
}

describe("the embedded servers", { timeout: 120_000 }, () => {
  test("end with a parent that is killed with -9; the next start has the data, and ends in order", async () => {
    const dir = emptyFolder();
    const first = await run(dir);
    expect(processesNaming(dir).map(({ pid }) => pid)).toEqual(expect.arrayContaining([...first.pids]));
    await keep(first, "before the kill");
    first.child.kill("SIGKILL");
    expect(await waitUntil(() => processesNaming(dir).length === 0, GONE_MS)).toBe(true);

    const ports = [await freePort(0, "a test"), await freePort(0, "a test")] as const;
    const second = await run(dir, ports);
    expect(second.brokers).toEqual([`127.0.0.1:${ports[0]}`]);
    expect(second.clickHouseUrl).toBe(`http://127.0.0.1:${ports[1]}`);
    expect(await kept(second)).toEqual({ record: "before the kill", row: "before the kill" });

    expect(await second.end()).toBe(0);
    expect(processesNaming(dir)).toEqual([]);
  });

  test("wait for an orphan that is still ending", async () => {
    const dir = emptyFolder();
    const first = await run(dir);
    await keep(first, "left behind");
    first.child.kill("SIGKILL");
    // Not waiting: the old servers hold the folder still.
    const second = await run(dir);
    expect(await kept(second)).toEqual({ record: "left behind", row: "left behind" });
    await second.end();
  });

  test("refuse a folder that a live process holds, and leave that one alone", async () => {
    const dir = emptyFolder();
    const first = await run(dir);
    const properties = readFileSync(join(dir, "kafka", "server.properties"), "utf8");
    const usersXml = clickHouseUsersXml(testUsers(), "spendtrail");
    const starts = [
      startKafka({ dir: join(dir, "kafka") }),
      startClickHouse({ dir: join(dir, "clickhouse"), usersXml }),
    ];
    for (const start of await Promise.allSettled(starts)) {
      expect(start).toMatchObject({ status: "rejected", reason: { code: "DATA_DIR_IN_USE" } });
      const { reason } = start as { reason: Failure };
      expect(reason.message).toContain(`process ${first.child.pid}`);
      expect(reason.message).toContain("SPENDTRAIL_DATA_DIR");
    }
    expect(readFileSync(join(dir, "kafka", "server.properties"), "utf8")).toBe(properties);
    await keep(first, "undisturbed");
    expect(await kept(first)).toEqual({ record: "undisturbed", row: "undisturbed" });
    await first.end();
  });

  test("refuse a second start in the same process while the first is still starting", async () => {
    const dir = emptyFolder();
    const usersXml = clickHouseUsersXml(testUsers(), "spendtrail");
    const first = startClickHouse({ dir, usersXml });
    const second = startClickHouse({ dir, usersXml });
    await expect(second).rejects.toBeInstanceOf(Failure);
    await expect(second).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
    const server = await first;
    await server.stop();
    expect(processesNaming(dir)).toEqual([]);
  });

  test("take a folder whose record names processes that are gone or are others by now", async () => {
    const dir = emptyFolder();
    const usersXml = clickHouseUsersXml(testUsers(), "spendtrail");
    const other = { pid: 1, parentPid: 1, start: "another boot/7", parentStart: "another boot/6" };
    // A machine that was switched off: after its start the same numbers belong to other programs.
    writeFileSync(join(dir, "run.json"), JSON.stringify(other));
    const server = await startClickHouse({ dir, usersXml });
    await server.stop();
    writeFileSync(join(dir, "run.json"), '{"pid": 4');
    await (await startClickHouse({ dir, usersXml })).stop();
  });
});
