import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Failure } from "#core/failure.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { joinGroup } from "#runtime/kafka/group-consumer.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import {
  LOGIN,
  SCRAM_PASSWORD,
  type SecuredBroker,
  startSecuredBroker,
} from "#test/runtime/kafka/secured-broker.ts";
import { silent } from "#test/support/pipeline.ts";

let secured: SecuredBroker;
let tokens: Server;
beforeAll(async () => {
  secured = await startSecuredBroker();
  // A token service of OAuth: RFC 7519 without a signature, which this broker takes.
  tokens = createServer((request, response) => {
    const asked = Buffer.from(
      request.headers.authorization?.slice("Basic ".length) ?? "",
      "base64",
    ).toString();
    if (asked !== "an-id:a-secret") return response.writeHead(401).end();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const token = `${part({ alg: "none" })}.${part({ sub: LOGIN.user, iat: now, exp: now + 300 })}.`;
    response.end(JSON.stringify({ access_token: token, expires_in: 300 }));
  });
  await new Promise<void>((listening) => tokens.listen(0, "127.0.0.1", listening));
}, 120_000);
afterAll(async () => {
  tokens.close();
  await secured.stop();
});

/** The configuration as somebody writes it, read by what the programs read it with. */
function kafkaOf(changes: Readonly<Record<string, string>>) {
  const env = {
    KAFKA_BROKERS: secured.broker,
    KAFKA_TLS: "true",
    KAFKA_TLS_CA_FILE: secured.caFile,
    ...changes,
  };
  return loadConfig(env, { program: "settings" }).kafka;
}
const login = (mechanism: string, password: string) => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: LOGIN.user,
  KAFKA_SASL_PASSWORD: password,
});
const oauth = (secret: string) => ({
  KAFKA_SASL_MECHANISM: "oauthbearer",
  KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
  KAFKA_OAUTH_CLIENT_ID: "an-id",
  KAFKA_OAUTH_CLIENT_SECRET: secret,
});

describe("a broker that asks for TLS and a login", () => {
  test.each([
    ["plain", () => login("plain", LOGIN.password)],
    ["scram-sha-256", () => login("scram-sha-256", SCRAM_PASSWORD)],
    ["scram-sha-512", () => login("scram-sha-512", SCRAM_PASSWORD)],
    ["oauthbearer", () => oauth("a-secret")],
  ])(
    "%s: topics are made, records written, read alone and read in a group",
    async (mechanism, env) => {
      const kafka = kafkaOf(env());
      const topic = `secured-${mechanism}`;
      const spec = { topic, partitions: 1, settings: {}, ours: true };
      await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log: silent });
      const producer = await createProducer(kafka, silent);
      await producer.send(topic, [{ key: null, value: Buffer.from("hello"), partition: 0 }]);
      const alone: string[] = [];
      const reader = await readTopic(kafka, {
        topic,
        log: silent,
        onRecord: ({ value }) => void alone.push(String(value)),
      });
      expect(alone).toEqual(["hello"]);
      const together: string[] = [];
      const group = await joinGroup(
        kafka,
        { groupId: topic, topics: [topic], log: silent },
        {
          assigned: async (_term, starts) =>
            new Map(starts.map(({ partition, low }) => [`${topic}/${partition}`, low])),
          fetched: (_term, { records }) => void together.push(...records.map(({ value }) => String(value))),
          crashed: (error) => void together.push(error.message),
        },
      );
      await expect.poll(() => together, { timeout: 20_000 }).toEqual(["hello"]);
      await Promise.all([group.stop(), reader.stop(), producer.close()]);
    },
    60_000,
  );

  test.each([
    ["a wrong password", () => login("plain", "wrong-one"), "KAFKA_LOGIN_REFUSED"],
    ["a wrong SCRAM password", () => login("scram-sha-512", "wrong-one"), "KAFKA_LOGIN_REFUSED"],
    ["a token service that refuses", () => oauth("wrong-one"), "KAFKA_TOKEN_REFUSED"],
    [
      "a certificate that nobody vouches for",
      () => ({ ...login("plain", LOGIN.password), KAFKA_TLS_CA_FILE: "" }),
      "KAFKA_UNREACHABLE",
    ],
    [
      "no TLS",
      () => ({ ...login("plain", LOGIN.password), KAFKA_TLS: "false", KAFKA_TLS_CA_FILE: "" }),
      "KAFKA_UNREACHABLE",
    ],
  ])(
    "%s is said in one sentence that holds no secret",
    async (_what, env, code) => {
      const options = { create: false, replicationFactor: 1, log: silent };
      const error = await inspectTopics(kafkaOf(env()), [], options).then(
        () => null,
        (thrown: unknown) => thrown as Failure,
      );
      expect(error).toMatchObject({ code });
      expect(error?.message).not.toContain("wrong-one");
      expect(error?.message).toMatch(/KAFKA_(SASL|TLS|OAUTH)/);
    },
    60_000,
  );
});
