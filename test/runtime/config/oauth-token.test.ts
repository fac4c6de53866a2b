import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOauthToken } from "#runtime/config/oauth-token.ts";

let server: Server;
let requests: { authorization: string | undefined; body: string }[] = [];
let answer: { status: number; body: string } = { status: 200, body: "" };

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      requests.push({ authorization: request.headers.authorization, body });
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
afterEach(() => server.close());

const client = () => ({
  tokenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
  clientId: "an id",
  clientSecret: "s:cret",
  scope: "kafka",
});
const tokenAnswer = (token: string, expires_in: number) => ({
  status: 200,
  body: JSON.stringify({ access_token: token, expires_in }),
});

test("a token is fetched once for all who ask at a time, and again shortly before it expires", async () => {
  let nowMs = 0;
  const token = createOauthToken(client(), () => nowMs);
  answer = tokenAnswer("one", 300);
  expect(await Promise.all([token(), token(), token()])).toEqual(["one", "one", "one"]);
  nowMs = 269_999;
  expect(await token()).toBe("one");
  answer = tokenAnswer("two", 300);
  nowMs = 270_001;
  expect(await token()).toBe("two");
  expect(requests).toHaveLength(2);
  expect(requests[0]?.body).toBe("grant_type=client_credentials&scope=kafka");
  const login = Buffer.from(requests[0]?.authorization?.slice("Basic ".length) ?? "", "base64").toString();
  expect(login).toBe("an%20id:s%3Acret");
});

test("a refusal says where, not with what, and the next call asks again", async () => {
  const token = createOauthToken(client());
  answer = { status: 401, body: "s:cret" };
  const refused = await token().catch((error: unknown) => String(error));
  expect(refused).toContain("127.0.0.1");
  expect(refused).toContain("status 401");
  expect(refused).not.toContain("s:cret");
  answer = { status: 200, body: "{}" };
  await expect(token()).rejects.toThrow("no access_token");
  answer = tokenAnswer("three", 60);
  expect(await token()).toBe("three");
});
