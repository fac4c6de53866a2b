import { expect, onTestFinished, test, vi } from "vitest";
import { type Leadership, lead } from "#runtime/kafka/lead.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const log = createLog("test", "silent");

test("of three processes one leads, and when it leaves another takes over, never two at a time", async () => {
  const kafka = { brokers: (await sharedServers()).brokers, clientId: "test" };
  const topic = uniqueName("led");
  const spec = { topic, partitions: 1, settings: {}, ours: true };
  await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log });
  const leading = new Set<number>();
  let leadersMost = 0;
  const crashed = vi.fn();
  const join = (number: number): Promise<Leadership> =>
    lead(kafka, { groupId: topic, topic, log, crashed }, () => {
      leading.add(number);
      leadersMost = Math.max(leadersMost, leading.size);
      return {
        stop: async () => {
          leading.delete(number);
        },
      };
    });
  const members = new Map<number, Leadership>();
  onTestFinished(async () => {
    await Promise.all([...members.values()].map((member) => member.stop()));
  });
  members.set(0, await join(0));
  await vi.waitFor(() => expect(leading.size).toBe(1), 20_000);
  for (const number of [1, 2]) members.set(number, await join(number));
  for (let left = 2; left > 0; left--) {
    await vi.waitFor(() => expect(leading.size).toBe(1), 20_000);
    const [leader] = leading;
    const member = members.get(Number(leader));
    members.delete(Number(leader));
    await member?.stop();
    expect(leading).not.toContain(leader);
  }
  await vi.waitFor(() => expect(leading.size).toBe(1), 20_000);
  expect(leadersMost).toBe(1);
  expect(crashed).not.toHaveBeenCalled();
}, 60_000);
