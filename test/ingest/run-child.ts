import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished } from "vitest";
import type { ChildPlan } from "#test/ingest/child-ingester.ts";
import { type Ground, TEST_SALT } from "#test/support/pipeline.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** Runs an ingester as a program of its own until it has killed itself. */
export async function runChild(
  ground: Ground,
  dying: Pick<ChildPlan, "dieBefore" | "dieAfter">,
): Promise<void> {
  const { clickHouseUrl } = await sharedServers();
  const plan: ChildPlan = {
    brokers: ground.kafka.brokers,
    topics: ground.topics,
    groupId: `${ground.database}-ingest`,
    clickhouse: {
      url: clickHouseUrl,
      user: "admin",
      password: TEST_PASSWORD,
      database: ground.database,
      requestTimeoutMs: 20_000,
    },
    salt: TEST_SALT.toString(),
    ...dying,
  };
  const child = spawn(process.execPath, ["test/ingest/child-ingester.ts", JSON.stringify(plan)], {
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}
