import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { deliver } from "../../examples/gateways/zuplo/modules/spendtrail/deliver.ts";
import type { UsageEvent } from "../../examples/gateways/zuplo/modules/spendtrail/event.ts";
import { observed, stream } from "./zuplo-call.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Asked {
  readonly headers: IncomingMessage["headers"];
  readonly events: readonly UsageEvent[];
}

/** A collector that gives the answers it was told, one a request, and then takes everything. */
async function collector(...answers: readonly { readonly status: number; readonly retryAfter?: string }[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    asked.push({ headers: request.headers, events: JSON.parse(Buffer.concat(chunks).toString()) });
    const { status, retryAfter } = answers[asked.length - 1] ?? { status: 202 };
    response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/events` };
}

async function oneEvent(): Promise<UsageEvent> {
  const call = observed(stream("claude-code"));
  await call.response.text();
  await call.done;
  const [event] = call.events;
  if (event === undefined) throw new Error("no event");
  return event;
}

async function delivered(events: readonly UsageEvent[], url: string) {
  const waitedMs: number[] = [];
  const givenUp: string[] = [];
  await deliver(
    events,
    { url, key: "st_test_key" },
    {
      fetch: (to, init) => fetch(to, init),
      wait: async (ms) => void waitedMs.push(ms),
      giveUp: (lost, reason) => void givenUp.push(`${lost.length} ${reason}`),
    },
  );
  return { waitedMs, givenUp };
}

describe("the delivery of events", () => {
  test("posts a CloudEvents batch with the key", async () => {
    const { asked, url } = await collector();
    const event = await oneEvent();
    expect(await delivered([event], url)).toEqual({ waitedMs: [], givenUp: [] });
    expect(asked[0]?.headers).toMatchObject({
      authorization: "Bearer st_test_key",
      "content-type": "application/cloudevents-batch+json",
    });
    expect(asked[0]?.events).toEqual(JSON.parse(JSON.stringify([event])));
  });

  test("sends the same again while the collector is away, and waits as long as it is told", async () => {
    const { asked, url } = await collector(
      { status: 503, retryAfter: "7" },
      { status: 429 },
      { status: 500 },
    );
    const { waitedMs, givenUp } = await delivered([await oneEvent()], url);
    expect(givenUp).toEqual([]);
    expect(waitedMs).toEqual([7000, 1000, 2000]);
    expect(new Set(asked.map(({ events }) => JSON.stringify(events))).size).toBe(1);
  });

  test("does not repeat what will never be taken", async () => {
    const { asked, url } = await collector({ status: 401 });
    expect((await delivered([await oneEvent()], url)).givenUp).toEqual(["1 status 401"]);
    expect(asked).toHaveLength(1);
  });

  test("gives up after five times, and says how many events it lost", async () => {
    const { asked, url } = await collector(...Array.from({ length: 5 }, () => ({ status: 503 })));
    expect((await delivered([await oneEvent()], url)).givenUp).toEqual(["1 status 503"]);
    expect(asked).toHaveLength(5);
  });

  test("gives up where nothing listens", async () => {
    const { url } = await collector();
    await closers.pop()?.();
    expect((await delivered([await oneEvent()], url)).givenUp).toEqual(["1 unreachable"]);
  });

  test("sends 200 events a request", async () => {
    const { asked, url } = await collector();
    const event = await oneEvent();
    await delivered(
      Array.from({ length: 450 }, (_none, index) => ({ ...event, id: `call-${index}` })),
      url,
    );
    expect(asked.map(({ events }) => events.length)).toEqual([200, 200, 50]);
  });
});
