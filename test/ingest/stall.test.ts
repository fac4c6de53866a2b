import { expect, test } from "vitest";
import { sums } from "#test/ingest/sums.ts";
import { relayBroker } from "#test/runtime/kafka/relayed-broker.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { ingestOn, makeGround } from "#test/support/pipeline.ts";

const FETCH = 1;

test("fetches that are never answered, while heartbeats are, turn readiness off and end the ingester; the next one has all", async () => {
  const ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  const send = (name: string) =>
    ground.send(
      "app",
      "canonical",
      Array.from({ length: 20 }, (_, at) => canonicalEvent(`${name}-${at}`)),
    );
  const calls = () => sums(ground).then((all) => all.calls);
  let isSilent = false;
  await relayBroker(ground.kafka.brokers[0] ?? "", (apiKey, answer) =>
    isSilent && apiKey === FETCH ? "swallowed" : answer,
  );
  const crashes: Error[] = [];
  const crashed = (error: Error) => crashes.push(error);
  const stalled = await ingestOn(ground, { guards: { stallMs: 6_000 }, crashed });
  await send("before");
  await expect.poll(calls, { timeout: 20_000 }).toBe(20);
  isSilent = true;
  await send("meanwhile");
  await expect
    .poll(() => stalled.notReady().join(), { timeout: 20_000 })
    .toMatch(/has records and none is handed over for \d+ s/);
  await expect.poll(() => crashes[0], { timeout: 20_000 }).toMatchObject({ code: "INGEST_STALLED" });
  isSilent = false;
  const next = await ingestOn(ground);
  await stalled.close();
  await expect.poll(calls, { timeout: 40_000 }).toBe(40);
  expect(await sums(ground)).toMatchObject({ record_rows: 40, positions: 40 });
  await next.close();
  await ground.close();
}, 120_000);
