import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { placeSum } from "#test/faults/cases/broker.ts";
import { until } from "#test/faults/until.ts";

/** Bytes that no adapter can make a call of. */
const POISON: readonly (Buffer | null)[] = [
  null,
  Buffer.alloc(0),
  Buffer.from("not JSON"),
  Buffer.from('{"specversion":"1.0"'),
  Buffer.from('{"a":1,"a":2}'),
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  Buffer.from(`${"[".repeat(300)}${"]".repeat(300)}`),
  Buffer.from('{"__proto__":{"isAdmin":true}}'),
  Buffer.from('{"specversion":"1.0","id":"x","source":"s","type":"spendtrail.response.v9","data":{}}'),
];

export const poison: FaultCase = {
  id: "F16",
  title: "1 % of poison, then a thousand in a row",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open({ partitions: 2 });
    await field.keepDuplicates();
    const program = field.ingester({ SPENDTRAIL_BREAKER_HOLD_MS: "3000" }, context.root);
    const count = isShort ? 3_000 : 100_000;
    for (let sent = 0; sent < count; sent += count / 10) {
      await field.sender.calls(count / 10);
      await field.sender.rejects(Array.from({ length: count / 1_000 }, () => random.pick(POISON)));
    }
    // A share can jump only where there is one: the store has the calls that were good.
    await until(
      "what came before is in",
      async () => (await placeSum(field)) >= field.sender.ledger.records,
      300_000,
    );
    await field.sender.rejects(Array.from({ length: 1_000 }, () => random.pick(POISON)));
    return reportOf(field, {
      faults: `${field.sender.ledger.rejects} poison`,
      demands: () => ({
        "the breaker held the source up first": program.logged("SOURCE_REJECTS_JUMPED") > 0,
      }),
    });
  },
};

export const repeats: FaultCase = {
  id: "F22",
  title: "every third call comes again, out of order and late; requests come after their responses, twice",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    field.ingester({}, context.root);
    const dayMs = 86_400_000;
    await field.sender.calls(isShort ? 2_000 : 50_000, { startedAtMs: () => Date.now() - dayMs });
    const ids = [...field.sender.ledger.calls.keys()].filter(() => random.next() < 1 / 3);
    const shuffled = ids.toSorted(() => random.next() - 0.5);
    await field.sender.repeat(shuffled);
    await field.sender.others(shuffled.map(requestOf));
    await field.sender.repeat(ids);
    await field.sender.others(ids.map(requestOf));
    const report = await reportOf(field, { faults: `${ids.length * 4} repeats and late requests` });
    const [requests] = await field.store.query({
      name: "faults_requests",
      sql: "SELECT countIf(kind = 'request') AS n, uniqExactIf(call_id, kind = 'request') AS calls FROM events_v1 FINAL",
      row: z.object({ n: z.coerce.number(), calls: z.coerce.number() }),
    });
    const isOnce = requests?.n === ids.length && requests.calls === ids.length;
    return { ...report, demands: { ...report.demands, "each request is there once": isOnce } };
  },
};

/** What the gateway said when the call began, a day after its response arrived. */
function requestOf(callId: string): Buffer {
  const started_at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
  const data = {
    gateway: "canonical",
    platform: "anthropic-api",
    team: "search",
    call_id: callId,
    started_at,
  };
  const envelope = { specversion: "1.0", id: `${callId}-request`, source: "faults/gateway" };
  return Buffer.from(JSON.stringify({ ...envelope, type: "spendtrail.request.v1", time: started_at, data }));
}
