import { expect, test } from "vitest";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

test("the shared servers answer", async () => {
  const { brokers, clickHouseUrl } = await sharedServers();
  expect(brokers).toHaveLength(1);
  const answer = await fetch(`${clickHouseUrl}/?user=admin&password=${TEST_PASSWORD}&query=select+1`);
  expect((await answer.text()).trim()).toBe("1");
});
