import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { correctionReason, postingOf } from "#core/periods/posting.ts";
import { settlementEpoch } from "#core/settlement-epoch.ts";
import { POSTING_COLUMNS, postingParams } from "#query-api/queries/booked-calls.ts";
import { randomBooks, randomMoment } from "#test/core/periods/random-books.ts";
import { openStore, type Store } from "#test/query-api/api-kit.ts";

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

const Row = z.object({
  booked_ms: z.coerce.number(),
  usage_book: z.coerce.number(),
  booked_book: z.coerce.number(),
  corrects_period: z.string(),
  correction_reason: z.string(),
});

test("the store books every row where the rule does, for the same reason", async () => {
  const runKinds = ["replay", "other_kind"];
  let corrections = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { books: periods, random } = randomBooks(seed);
    const rows = Array.from({ length: 60 }, () => {
      const { epoch, ...moment } = randomMoment(periods, random);
      return { ...moment, epoch: random.below(5) === 0 ? settlementEpoch(epoch, 1) : epoch };
    });
    const found = await store.admin.query({
      name: "posting",
      sql: [
        "SELECT *,",
        ...POSTING_COLUMNS.slice(0, -1),
        `${POSTING_COLUMNS.at(-1)}, toUnixTimestamp64Milli(booked_at) AS booked_ms`,
        `FROM (SELECT fromUnixTimestamp64Milli(row.1, 'UTC') AS event_time,
            fromUnixTimestamp64Milli(row.2, 'UTC') AS ingested_at, toUInt32(row.3) AS epoch
          FROM (SELECT arrayJoin(arrayZip({events:Array(Int64)}, {written:Array(Int64)}, {epochs:Array(UInt32)})) AS row))`,
      ].join("\n"),
      params: {
        ...postingParams({ periods, runKinds }),
        events: rows.map(({ eventTimeMs }) => eventTimeMs),
        written: rows.map(({ ingestedAtMs }) => ingestedAtMs),
        epochs: rows.map(({ epoch }) => epoch),
      },
      row: Row,
    });
    const wanted = rows.map((row) => {
      const { usage, booked, bookedAtMs, corrects } = postingOf(periods, row);
      const numberOf = (book: typeof usage) => (book === null ? 0 : periods.indexOf(book) + 1);
      if (corrects !== null) corrections += 1;
      return {
        booked_ms: bookedAtMs,
        usage_book: numberOf(usage),
        booked_book: numberOf(booked),
        corrects_period: corrects?.id ?? "",
        correction_reason: corrects === null ? "" : correctionReason(row.epoch, runKinds),
      };
    });
    expect(found, `seed ${seed}`).toEqual(wanted);
  }
  expect(corrections, "the generator makes late rows").toBeGreaterThan(300);
});
