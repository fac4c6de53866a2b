import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { allowedPlaces } from "#runtime/config/receiver-settings.ts";
import { createGuardedPost } from "#runtime/outbound/guarded-post.ts";
import { makeCertificate, STORE_PASSWORD } from "#test/support/certificate.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return (server.address() as AddressInfo).port;
}
const serve = (handler: RequestListener) => listen(createServer(handler));
const signal = () => new AbortController().signal;
const guard = (more: Partial<Parameters<typeof createGuardedPost>[0]> & { allowed?: string } = {}) =>
  createGuardedPost({
    allow: more.allowed === undefined ? [] : allowedPlaces.parse(more.allowed),
    clock: () => new Date("2026-01-01T00:00:00Z"),
    ...more,
  });
const post = (url: string) => ({ url, headers: { "content-type": "application/json" }, body: "{}" });

describe("what is allowed by name", () => {
  test("is reached on its port and on no other, by http and at a private address", async () => {
    const port = await serve((_request, response) => response.writeHead(204).end());
    const allowed = `127.0.0.1:${port}`;
    const send = guard({ allowed });
    expect(await send(post(`http://127.0.0.1:${port}/a?b=c`), signal())).toMatchObject({ status: 204 });
    await expect(send(post(`http://127.0.0.1:${port + 1}/`), signal())).rejects.toThrow(
      "http is not encrypted",
    );
    await expect(guard()(post(`http://127.0.0.1:${port}/`), signal())).rejects.toThrow("not encrypted");
    await expect(send(post(`https://localhost/`), signal())).rejects.toThrow("its address is");
  });

  test("a network opens its addresses to https on port 443 and nothing else", async () => {
    const send = guard({ allowed: "127.0.0.0/8", resolve: async () => ["127.0.0.1"] });
    // Nothing listens there, and that is how far it comes.
    await expect(send(post("https://inside.test/"), signal())).rejects.toMatchObject({
      code: "RECEIVER_UNREACHABLE",
    });
    await expect(send(post("http://inside.test/"), signal())).rejects.toThrow("not encrypted");
    await expect(send(post("https://inside.test:8443/"), signal())).rejects.toThrow("port 8443");
    const other = guard({ allowed: "127.0.0.0/8", resolve: async () => ["127.0.0.1", "10.0.0.1"] });
    await expect(other(post("https://inside.test/"), signal())).rejects.toThrow("10.0.0.1");
  });

  test.each([
    "",
    "a b",
    "http://a",
    "a:0",
    "a:99999",
    "10.0.0.0/33",
    "::/129",
    "10.0.0/8",
    "a,,b",
    "a@b",
    "a/b",
  ])("%j is no list of hosts and networks", (text) => {
    expect(allowedPlaces.safeParse(text).success).toBe(false);
  });
});

test("the address that was checked is the one that is connected to, whatever the DNS says next", async () => {
  const seen: (string | undefined)[] = [];
  const port = await serve((request, response) => {
    seen.push(request.headers.host);
    response.writeHead(200).end();
  });
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return asked === 1 ? ["127.0.0.1"] : ["192.0.2.1"];
  };
  const send = guard({ allowed: `rebinds.test:${port}`, resolve });
  expect(await send(post(`http://rebinds.test:${port}/`), signal())).toMatchObject({ status: 200 });
  expect(asked).toBe(1);
  expect(seen).toEqual([`rebinds.test:${port}`]);
});

describe("a receiver that does not do as it should", () => {
  test("hangs before it answers: the deadline ends it", async () => {
    const port = await serve(() => undefined);
    const send = guard({ allowed: `127.0.0.1:${port}`, answerMsMax: 200 });
    await expect(send(post(`http://127.0.0.1:${port}/`), signal())).rejects.toThrow(
      "no answer within 200 ms",
    );
  });

  test("takes the connection and says nothing: the same", async () => {
    const { createServer: createTcpServer } = await import("node:net");
    const port = await listen(createTcpServer(() => undefined));
    const send = guard({ allowed: `127.0.0.1:${port}`, answerMsMax: 200 });
    await expect(send(post(`https://127.0.0.1:${port}/`), signal())).rejects.toThrow(
      "no answer within 200 ms",
    );
  });

  test("never ends its body: its status counts, and the connection is closed", async () => {
    let closed: () => void = () => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await serve((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(10_000)), 5);
      response.on("close", () => {
        clearInterval(timer);
        closed();
      });
    });
    const began = performance.now();
    const answer = await guard({ allowed: `127.0.0.1:${port}` })(post(`http://127.0.0.1:${port}/`), signal());
    expect(answer.status).toBe(200);
    // Of the two seconds it takes no more than 64 KiB take.
    expect(performance.now() - began).toBeLessThan(1800);
    expect(answer.excerpt.length).toBeLessThanOrEqual(65_536);
    await isClosed;
  });

  test("drips its body: it is left after two seconds", async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      response.write("a");
    });
    const began = performance.now();
    const answer = await guard({ allowed: `127.0.0.1:${port}` })(post(`http://127.0.0.1:${port}/`), signal());
    expect(answer).toMatchObject({ status: 200, excerpt: "a" });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("sends elsewhere: that is an answer and is not followed", async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked += 1;
      response.writeHead(307, { location: "http://169.254.169.254/" }).end();
    });
    const send = guard({ allowed: `127.0.0.1:${port}` });
    expect(await send(post(`http://127.0.0.1:${port}/`), signal())).toMatchObject({ status: 307 });
    expect(asked).toBe(1);
  });

  test("breaks off, is not there, or has no name", async () => {
    const port = await serve((request) => request.socket.destroy());
    const send = guard({ allowed: `127.0.0.1:${port},nothing.invalid` });
    for (const url of [`http://127.0.0.1:${port}/`, "https://nothing.invalid/"])
      await expect(send(post(url), signal())).rejects.toMatchObject({ code: "RECEIVER_UNREACHABLE" });
  });
});

test.each([
  ["120", 120_000],
  ["Thu, 01 Jan 2026 00:05:00 GMT", 300_000],
  ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["soon", null],
])("retry-after %s is read", async (text, expected) => {
  const port = await serve((_request, response) => response.writeHead(429, { "retry-after": text }).end());
  const answer = await guard({ allowed: `127.0.0.1:${port}` })(post(`http://127.0.0.1:${port}/`), signal());
  expect(answer).toMatchObject({ status: 429, retryAfterMs: expected });
});

test("https: a certificate that nobody trusts, or of another host, is not sent to", async () => {
  const dir = mkdtempSync(join(tmpdir(), "outbound-"));
  const { store, caFile } = makeCertificate(dir);
  let asked = 0;
  const port = await listen(
    createTlsServer({ pfx: readFileSync(store), passphrase: STORE_PASSWORD }, (_request, response) => {
      asked += 1;
      response.writeHead(200).end();
    }),
  );
  const allowed = `127.0.0.1:${port},other.test:${port}`;
  const url = `https://127.0.0.1:${port}/`;
  await expect(guard({ allowed })(post(url), signal())).rejects.toMatchObject({
    code: "RECEIVER_UNREACHABLE",
  });
  const ca = readFileSync(caFile, "utf8");
  const send = guard({ allowed, ca, resolve: async () => ["127.0.0.1"] });
  expect(await send(post(url), signal())).toMatchObject({ status: 200 });
  await expect(send(post(`https://other.test:${port}/`), signal())).rejects.toThrow("ALTNAME");
  expect(asked).toBe(1);
});
