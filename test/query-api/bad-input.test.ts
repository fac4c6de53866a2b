import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import { openStore, type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";

/** What request-faults.test.ts, lists.test.ts and hostile.test.ts do not ask yet: over a real socket, and of every list. */
const REQUEST_MS = 700;
const RANGE = "from=2026-11-01&to=2026-11-02";

let store: Store;
let app: App;
let port: number;
let admin: string;
beforeAll(async () => {
  store = await openStore();
  const settings = settingsInMemory();
  admin = await settings.key({ role: "admin" });
  const { deps } = testDeps({ clickhouseTeam: store.team, clickhouseAll: store.all }, settings);
  app = await buildApi(deps, { requestMs: REQUEST_MS });
  await app.listen({ host: "127.0.0.1", port: 0 });
  ({ port } = app.server.address() as { port: number });
});
afterAll(async () => {
  await app.close();
  await store.close();
});

const get = (url: string) =>
  app.inject({ method: "GET", url, headers: { authorization: `Bearer ${admin}` } });

const LISTS = [
  `/v1/sessions?${RANGE}`,
  "/v1/sessions/none/events?",
  `/v1/audit/events?${RANGE}`,
  "/v1/settings/changes?",
];

describe.each(LISTS)("%s", (list) => {
  test.each([
    ["limit 0", "limit=0"],
    ["limit -1", "limit=-1"],
    ["limit 1e9", "limit=1e9"],
    ["limit 1e9 in digits", "limit=1000000000"],
    ["limit 5000.5", "limit=5000.5"],
    ["limit empty", "limit="],
    ["limit in hexadecimal", "limit=0x10"],
    ["limit with a blank", "limit=%2010"],
    ["limit twice", "limit=1&limit=2"],
    ["limit as an array", "limit[]=1"],
    ["bad cursor: a word", "cursor=abc"],
    ["bad cursor: empty", "cursor="],
    ["bad cursor: base64 of something else", `cursor=${Buffer.from('{"at":1}').toString("base64url")}`],
    ["bad cursor: SQL", "cursor=%27%20OR%201%3D1%20--"],
    ["bad cursor: 5,000 characters", `cursor=${"A".repeat(5_000)}`],
    ["unknown field", "colour=red"],
    ["__proto__", "__proto__=1"],
    ["array bomb", Array.from({ length: 500 }, (_, at) => `a[${at}]=1`).join("&")],
  ])("%s is refused with a code", async (_entry, query) => {
    const answer = await get(`${list}${list.endsWith("?") ? "" : "&"}${query}`);
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([400, "application/problem+json"]);
    expect(answer.json().code).toMatch(/^[A-Z_]+$/);
  });
});

describe("a range", () => {
  test.each([
    ["from > to", "from=2026-11-02&to=2026-11-01"],
    ["from = to", "from=2026-11-01&to=2026-11-01"],
    ["from = to at the same moment in two zones", "from=2026-11-01T00:00:00Z&to=2026-11-01T01:00:00%2B01:00"],
    ["100 years", "from=1990-01-01&to=2090-01-01"],
  ])("%s is refused wherever there is one", async (_entry, range) => {
    for (const route of ["/v1/costs", "/v1/sessions", "/v1/audit/events"]) {
      const answer = await get(`${route}?${range}`);
      expect([route, answer.statusCode, answer.json().code]).toEqual([route, 400, "REQUEST_INVALID"]);
    }
  });
});

describe("If-Match junk", () => {
  const put = (id: string, ifMatch: string, expected_version: number) =>
    app.inject({
      method: "PUT",
      url: `/v1/settings/source/${id}`,
      headers: { authorization: `Bearer ${admin}`, "if-match": ifMatch },
      payload: { expected_version, value: { name: id, gateway: "litellm" }, reason: "test" },
    });

  test.each(["*", '"0"', 'W/"999"', '"', ";;,\u00ff", "x".repeat(4_000)])(
    "%.20s decides nothing: the version in the body does",
    async (ifMatch) => {
      const id = `edge-${Buffer.from(ifMatch.slice(0, 8), "latin1").toString("hex")}`;
      expect((await put(id, ifMatch, 0)).statusCode).toBe(200);
      expect((await put(id, ifMatch, 0)).statusCode).toBe(409);
      expect((await put(id, ifMatch, 999)).statusCode).toBe(409);
      expect((await get(`/v1/settings/source/${id}`)).json().version).toBe(1);
    },
  );
});

describe("gzip body bomb", () => {
  const key = JSON.stringify({ label: "x", role: "finance", reason: "test" });
  test.each([
    ["100 MB that come as 100 KB", gzipSync(Buffer.alloc(100_000_000, " ")), 413],
    ["50 MB that come as 50 KB", gzipSync(Buffer.alloc(50_000_000, " ")), 415],
    ["an honest one", gzipSync(key), 415],
  ])("%s is refused and never inflated", async (_entry, payload, status) => {
    const before = process.memoryUsage().rss;
    const headers = {
      authorization: `Bearer ${admin}`,
      "content-type": "application/json",
      "content-encoding": "gzip",
    };
    const answer = await app.inject({ method: "POST", url: "/v1/keys", headers, payload });
    expect([answer.statusCode, answer.json().status]).toEqual([status, status]);
    expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000);
  });
});

describe("over a socket", () => {
  test("100 KB URL is refused while it comes", async () => {
    const answer = await raw([`GET /v1/costs?a=${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("slow loris: a header a moment ends with 408, and another client is answered meanwhile", async () => {
    const drip = [
      "GET /v1/costs HTTP/1.1\r\nHost: x\r\n",
      ...Array.from({ length: 100 }, (_, at) => `X-${at}: 1\r\n`),
    ];
    const begun = performance.now();
    const slow = Promise.all(Array.from({ length: 30 }, () => raw(drip, 100)));
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
    for (const answer of await slow) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - begun).toBeLessThan(6_000);
  });

  test("slow loris: a body that never comes ends with 408 too", async () => {
    const head = `POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`;
    expect(await raw([head, "{", '"'], 100)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("pipelined requests: each is answered by its own key", async () => {
    const one = (authorization: string) => `GET /v1/prices HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`;
    const answer = await raw([
      one(`Authorization: Bearer ${admin}\r\n`) + one("") + one("Connection: close\r\n"),
    ]);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 401"]);
  });

  test.each([
    ["two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n"],
    ["a length and chunks", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"],
    ["an unknown transfer coding", "Transfer-Encoding: xchunked\r\n"],
  ])("pipelined requests: one smuggled behind %s is none", async (_entry, headers) => {
    const answer = await raw([
      `POST /v1/keys HTTP/1.1\r\nHost: x\r\n${headers}\r\n0\r\n\r\nGET /v1/prices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin}\r\n\r\n`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain("HTTP/1.1 200");
  });
});

/** Sends the pieces, one every `everyMs`, and gives everything that came back when the other side ended it. */
function raw(pieces: readonly string[], everyMs = 0): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  const left = [...pieces];
  const socket = connect(port, "127.0.0.1", () => socket.write(left.shift() ?? ""));
  const timer = setInterval(() => {
    const piece = left.shift();
    if (piece !== undefined && socket.writable) socket.write(piece);
  }, everyMs);
  socket.setTimeout(8_000, () => socket.destroy());
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    clearInterval(timer);
    resolve(answer);
  });
  return promise;
}
