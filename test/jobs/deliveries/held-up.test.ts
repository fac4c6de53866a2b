import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  deliveriesLeader,
  firing,
  recordOf,
  setReceiver,
  write,
} from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
let server: ReceiverServer;
let name: string;
let count = 0;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
}, 60_000);
afterAll(() => ground.close());
beforeEach(async () => {
  server = await startReceiver();
  count += 1;
  name = `slow-${count}`;
});
afterEach(() => server.close());

const webhook = (more: object = {}) => ({ type: "webhook", url: server.url, secrets: ["new"], ...more });
const leaderOf = (more: Parameters<typeof deliveriesLeader>[1] = {}) =>
  deliveriesLeader(ground, { allow: server.allow, ...more });
const ids = () => server.heard.map(({ headers }) => headers["webhook-id"]);

test("one that hangs holds up no other, and not for ever what is its own", async () => {
  const quick = await startReceiver();
  await setReceiver(ground, name, webhook());
  await setReceiver(ground, `${name}-quick`, webhook({ url: quick.url }));
  server.answers.push(...Array(20).fill("hang"));
  const alerts = Array.from({ length: 20 }, () => firing([name, `${name}-quick`]));
  await write(ground, alerts);
  const leader = leaderOf({ allow: `${server.allow},${quick.allow}`, answerMsMax: 1500, roundMs: 60_000 });
  const beganMs = performance.now();
  const running = leader.job.run(leader.ending.signal).catch(() => undefined);
  await quick.until(20);
  expect(performance.now() - beganMs).toBeLessThan(1500);
  expect(server.heard.length).toBeLessThanOrEqual(8);
  await server.until(20);
  leader.ending.abort();
  await running;
  expect(new Set(ids()).size).toBe(20);
  await quick.close();
});

test("what cannot be put on record is sent once and recorded as soon as that works again", async () => {
  await setReceiver(ground, name, webhook());
  await write(ground, [firing([name])]);
  let refusals = 2;
  const leader = leaderOf({
    clickhouse: {
      query: (query) => ground.clickhouse.query(query),
      insert: async (insert) => {
        // What the test before left open is written too.
        if (insert.rows.some(({ receiver }) => receiver === name)) refusals -= 1;
        if (refusals >= 0) throw new Error("the store is away");
        await ground.clickhouse.insert(insert);
      },
    },
  });
  await leader.round();
  expect(server.heard).toHaveLength(1);
  expect(await recordOf(ground, name)).toMatchObject([{ state: "sent" }]);
});
