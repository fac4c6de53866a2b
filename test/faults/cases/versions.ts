import { rmSync } from "node:fs";
import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { type Change, changedCopy } from "#test/faults/changed-copy.ts";
import type { SendOptions } from "#test/faults/ledger.ts";
import { placeSum } from "#test/faults/places.ts";
import { type Refusing, refusedBody } from "#test/faults/refused-body.ts";
import { until } from "#test/faults/until.ts";

/** Producers that are older or newer than the consumer, in ways that the contract allows. */
const UNDERSTOOD: readonly NonNullable<SendOptions["shaped"]>[] = [
  // Older: without what became optional or was added later.
  ({ data }) => void delete data["session_id"],
  (event) => void delete event["time"],
  // Newer: an attribute of the envelope that nobody knows here.
  (event) => Object.assign(event, { newattribute: "x", traceparent: "00-1-2-01" }),
  // The subject says the session.
  (event) => {
    event["subject"] = event.data["session_id"];
    delete event.data["session_id"];
  },
];

const Reason = z.object({ reason: z.string(), n: z.coerce.number() });

/** Producers that the contract does not allow: each is a reject with its own reason, never a guess. */
const REFUSED: Readonly<Record<string, Refusing>> = {
  "another version of the event": (event) => Object.assign(event, { type: "spendtrail.response.v2" }),
  "another version of the envelope": (event) => Object.assign(event, { specversion: "2.0" }),
  "an unknown field": (_event, data) => Object.assign(data, { input_tokens_of_tomorrow: 5 }),
  "an unknown meter": (_event, data) => Object.assign(data, { meters: { input_token: 5 } }),
  "a meter as text": (_event, data) => Object.assign(data, { meters: { input_tokens: "five" } }),
  "a field of need that is gone": (_event, data) => void delete data["outcome"],
};

export const schemas: FaultCase = {
  id: "F23",
  title: "producers of other versions: fields gone, added, of another type",
  run: async (context) => {
    const field = await context.open();
    await field.keepDuplicates();
    // As many rejects as there are calls are no accident here.
    field.ingester({ SPENDTRAIL_BREAKER_REJECT_PERCENT: "100" }, context.root);
    const count = context.isShort ? 300 : 3_000;
    for (const shaped of [undefined, ...UNDERSTOOD])
      await field.sender.calls(count, shaped === undefined ? {} : { shaped });
    for (const [name, refuse] of Object.entries(REFUSED))
      await field.sender.rejects(
        Array.from({ length: count }, (_, at) => refusedBody(`${name} ${at}`, refuse)),
      );
    const kinds = Object.keys(REFUSED).length;
    const report = await reportOf(field, {
      faults: `${UNDERSTOOD.length + kinds} versions`,
      load: `${count} records a version`,
    });
    const reasons = await field.store.query({
      name: "faults_reasons",
      sql: `SELECT reject_reason AS reason, count() AS n FROM records_v1 FINAL
WHERE outcome = 'rejected' AND reject_detail != '' AND stored != '' GROUP BY reason`,
      row: Reason,
    });
    const told = reasons.reduce((sum, { n }) => sum + n, 0);
    const demands = {
      ...report.demands,
      "each reject has a reason, a detail and its bytes": told === count * kinds,
    };
    return { ...report, demands };
  },
};

/** A later version of the product, whose adapter makes other rows of the same records. */
const NEWER: Change = { file: "gateways/canonical.ts", text: "  version: 1,\n", becomes: "  version: 2,\n" };

export const upgraded: FaultCase = {
  id: "F27",
  title: "a new version finds the unfinished batch of the old one",
  run: async (context) => {
    const field = await context.open({ partitions: 1 });
    await field.keepDuplicates();
    const newer = changedCopy([NEWER], context.root);
    try {
      const old = field.ingester({}, context.root);
      let isDead = false;
      field.servers.clickHouseProxy.set({
        hears: (request) => {
          if (isDead || !/INTO(%20|\+)events_v1/.test(request.toString("latin1", 0, 2_000))) return false;
          isDead = true;
          old.signal("SIGKILL");
          // The operator takes it out of service: its supervisor must not start it again.
          void old.end();
          return true;
        },
      });
      const count = context.isShort ? 1_000 : 10_000;
      await field.sender.calls(count);
      await until("the old version was killed after its intent", () => isDead, 60_000);
      field.servers.clickHouseProxy.set({});
      const next = field.ingester({}, newer);
      await until("the new version refuses the batch", () => next.logged("BATCH_DIFFERS") > 0, 60_000);
      const whileRefused = await placeSum(field);
      const ready = await fetch(`${await next.health()}/health/ready`);
      await next.end();
      // As the message says: the old version finishes what it began, then the new one goes on.
      const finishing = field.ingester({}, context.root);
      await until("the old version finished it", async () => (await placeSum(field)) > 0, 60_000);
      await finishing.end();
      await field.sender.calls(count);
      field.ingester({}, newer);
      return await reportOf(field, {
        faults: "1 kill, 2 versions",
        demands: () => ({
          "nothing was passed over": whileRefused === 0,
          "it was not ready": ready.status === 503,
        }),
      });
    } finally {
      rmSync(newer, { recursive: true, force: true });
    }
  },
};
