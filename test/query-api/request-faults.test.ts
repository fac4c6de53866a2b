import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";

let store: Store;
let api: TestApi;
let admin: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  admin = await api.key({ role: "admin" });
});
afterAll(async () => {
  await api.app.close();
  await store.close();
});

const OK = "from=2026-11-01&to=2026-11-02";

describe("a faulty address is answered with a code and every fault", () => {
  test.each([
    ["/v1/costs", 400, "from"],
    ["/v1/costs?from=2026-11-02&to=2026-11-01", 400, "from must be before to"],
    ["/v1/costs?from=2026-11-01&to=2026-11-01", 400, "from must be before to"],
    ["/v1/costs?from=1990-01-01&to=2090-01-01", 400, "longer than 1830 days"],
    ["/v1/costs?from=2026-01-01&to=2026-11-01&granularity=hour", 400, "longer than 62 days"],
    ["/v1/costs?from=2026-02-30&to=2026-03-01", 400, "from is neither"],
    ["/v1/costs?from=2026-11-01T00:00:00&to=2026-11-02", 400, "from is neither"],
    ["/v1/costs?from=2026-11-01T00:00:00+01:00&to=2026-11-02", 400, "write + as %2B"],
    ["/v1/costs?from=0001-01-01&to=0002-01-01", 400, "1970"],
    ["/v1/costs?from=9998-01-01&to=9999-01-01", 400, "1970 to 2105"],
    [`/v1/costs?${OK}&tz=europe/berlin`, 400, "tz is no IANA time zone"],
    [`/v1/costs?${OK}&tz=%2B01:00`, 400, "tz is no IANA time zone"],
    [`/v1/costs?${OK}&tz=`, 400, "tz is no IANA time zone"],
    [`/v1/costs?${OK}&granularity=minute`, 400, "query/granularity"],
    [`/v1/costs?${OK}&group_by=team,team`, 400, "names a dimension twice"],
    [`/v1/costs?${OK}&group_by=cost`, 400, "query/group_by/0"],
    [`/v1/costs?${OK}&order=cost;DROP`, 400, "query/order"],
    [`/v1/costs?${OK}&colour=red`, 400, "colour"],
    [`/v1/costs?${OK}&team[]=a`, 400, "team[]"],
    [`/v1/costs?${OK}&from=2026-11-02`, 400, "query/from"],
    [`/v1/costs?${OK}&__proto__=x`, 400, "__proto__"],
    [`/v1/costs?${OK}&__proto__[admin]=1`, 400, "__proto__[admin]"],
    [`/v1/costs?${OK}&constructor=x`, 400, "constructor"],
    [`/v1/costs?${OK}${"&team=a".repeat(101)}`, 400, "query/team"],
    [`/v1/costs?${OK}${"&a=".repeat(1001)}`, 400, "more than 1000 parameters"],
    [`/v1/costs?${OK}&team=${"x".repeat(513)}`, 400, "query/team/0"],
    [`/v1/costs?${OK}&team=${"x".repeat(100_000)}`, 414, "longer than 8192"],
    [`/v1/sessions?${OK}&limit=0`, 400, "query/limit"],
    [`/v1/sessions?${OK}&limit=-1`, 400, "query/limit"],
    [`/v1/sessions?${OK}&limit=1e9`, 400, "query/limit"],
    [`/v1/sessions?${OK}&limit=5000.5`, 400, "query/limit"],
    [`/v1/sessions?${OK}&limit=501`, 400, "query/limit"],
    [`/v1/sessions?${OK}&limit=1&limit=2`, 400, "query/limit"],
    ["/v1/sessions/%E0%A4%A/events", 400, "not validly encoded"],
    [`/v1/sessions/${"x".repeat(513)}/events`, 400, "params/id"],
    ["/v1/nothing", 404, "no such thing"],
    ["//v1/costs", 404, "no such thing"],
  ])("%s", async (url, status, detail) => {
    const answer = await api.get(url, admin);
    expect([answer.status, answer.json.status]).toEqual([status, status]);
    expect(answer.json.detail).toContain(detail);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.json.code).toMatch(/^[A-Z_]+$/);
  });

  test("all faults at once", async () => {
    const { json } = await api.get("/v1/costs?granularity=x&order=y&colour=red", admin);
    const paths = json.faults.map((fault: { path: string }) => fault.path);
    expect(paths).toEqual(
      expect.arrayContaining(["query/from", "query/granularity", "query/order", "query"]),
    );
    const times = await api.get("/v1/costs?from=x&to=y&tz=z", admin);
    expect(times.json.detail).toMatch(/tz is no.*from is neither.*to is neither/);
  });

  test.each(["text/csv;q=banana", "*/*;q=9", ",,;;", "image/png", "application/json;q=0"])(
    "Accept: %s is not an error",
    async (accept) => {
      expect((await api.get(`/v1/costs?${OK}`, admin, { accept })).status).toBe(200);
    },
  );
});

describe("keys", () => {
  test.each([
    [undefined, "API_KEY_MISSING"],
    ["", "API_KEY_INVALID"],
    ["Basic abc", "API_KEY_INVALID"],
    ["Bearer", "API_KEY_INVALID"],
    ["Bearer st_aaaaaaaaaaaa_bbbb", "API_KEY_INVALID"],
    [`Bearer st_aaaaaaaaaaaa_${"A".repeat(43)}`, "API_KEY_INVALID"],
    [`Bearer ${"x".repeat(7000)}`, "API_KEY_INVALID"],
  ])("%s is %s", async (authorization, code) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await api.app.inject({ method: "GET", url: `/v1/costs?${OK}`, headers });
    expect([response.statusCode, response.json().code]).toEqual([401, code]);
    expect(response.headers["www-authenticate"]).toBe("Bearer");
    expect(response.body).not.toContain("bbbb");
  });

  test("an expired and a revoked key are as good as none, in the same words", async () => {
    const expired = await api.key({ role: "finance", expires_at: "2026-11-23T12:00:00.000Z" });
    const revoked = await api.key({ role: "finance" });
    await api.app.inject({
      method: "DELETE",
      url: `/v1/keys/${revoked.split("_")[1]}`,
      headers: { authorization: `Bearer ${admin}` },
    });
    const [one, two] = [await api.get(`/v1/costs?${OK}`, expired), await api.get(`/v1/costs?${OK}`, revoked)];
    expect([one.status, two.status]).toEqual([401, 401]);
    expect(one.json.detail).toBe(two.json.detail);
  });
});

describe("bodies", () => {
  const post = (payload: string, headers: Record<string, string>) =>
    api.app.inject({
      method: "POST",
      url: "/v1/keys",
      headers: { authorization: `Bearer ${admin}`, ...headers },
      payload,
    });
  const good = JSON.stringify({ label: "x", role: "finance", reason: "test" });

  test.each([
    ["text/plain", good, 415],
    ["application/json\t; charset=utf-8", good, 415],
    [" application/json", good, 415],
    ["application/json;charset=utf-8", good, 201],
    ["application/json; charset=utf-8", good, 201],
    ["APPLICATION/JSON", good, 201],
    ["application/json; charset=utf-16", good, 415],
    ["application/json;", good, 415],
    ["application/json, application/json", good, 415],
    ["application/jsonp", good, 415],
    ["application/json", "{", 400],
    ["application/json", "", 400],
    ["application/json", '{"__proto__":{"a":1}}', 400],
    ["application/json", '{"constructor":{"prototype":{"a":1}}}', 400],
    ["application/json", JSON.stringify({ label: "x", role: "root", reason: "r" }), 400],
    ["application/json", JSON.stringify({ label: "x", role: "viewer", reason: "r" }), 400],
    ["application/json", JSON.stringify({ label: "x", role: "finance", reason: "r", revoked: false }), 400],
    ["application/json", JSON.stringify({ label: "x".repeat(70_000) }), 413],
  ])("%j with %.60s", async (type, payload, status) => {
    const response = await post(payload, { "content-type": type });
    expect([response.statusCode, response.body.includes("stack")]).toEqual([status, false]);
    if (status >= 400) expect(response.json().status).toBe(status);
  });

  test("a compressed body is refused unread", async () => {
    const response = await post(good, { "content-type": "application/json", "content-encoding": "gzip" });
    expect([response.statusCode, response.json().code]).toEqual([415, "CONTENT_TYPE_UNSUPPORTED"]);
  });
});

describe("over a socket", () => {
  async function raw(bytes: string): Promise<string> {
    if (!api.app.server.listening) await api.app.listen({ host: "127.0.0.1", port: 0 });
    const address = api.app.server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(address.port, "127.0.0.1", () => socket.write(bytes));
      socket.setTimeout(5_000, () => socket.destroy());
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("close", () => resolve(answer));
      socket.on("error", reject);
    });
  }
  const request = (method: string, path: string, extra = "") =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\n${extra}Connection: close\r\n\r\n`;

  test.each([
    ["HEAD", 404],
    ["OPTIONS", 404],
    ["TRACE", 404],
    ["PATCH", 404],
  ])("%s on a known address is %i", async (method, status) => {
    expect(await raw(request(method, `/v1/costs?${OK}`))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test("an address above the server's own bound is refused before it is read", async () => {
    expect(await raw(request("GET", `/v1/costs?a=${"x".repeat(17_000)}`))).toMatch(/^HTTP\/1.1 (414|431) /);
  });

  test("dots in an address climb nowhere", async () => {
    expect(await raw(request("GET", "/v1/costs/../keys", `Authorization: Bearer ${admin}\r\n`))).toMatch(
      /^HTTP\/1.1 404 /,
    );
  });

  test("pipelined requests are answered in order", async () => {
    const two = `GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n${request("GET", "/v1/costs")}`;
    expect((await raw(two)).match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401"]);
  });

  test("an If-Match of junk changes nothing", async () => {
    const answer = await raw(request("GET", "/health/live", 'If-Match: "\u00ff;;,"\r\n'));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

test("every answer says not to sniff, not to store and not to frame", async () => {
  for (const url of [`/v1/costs?${OK}`, "/nowhere", "/health/live"]) {
    const { headers } = await api.get(url, admin);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "x-frame-options": "DENY",
    });
  }
});
