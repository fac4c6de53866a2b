import { Writable } from "node:stream";
import pino from "pino";
import { expect, test } from "vitest";
import { userRef } from "#core/user-ref.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { bearer, makeCollector, makeEvent, SALT, textOf } from "#test/collector/support.ts";

const CANARY = "canary7c1e";
const SECRET = `sk-ant-api03-${CANARY}-AAAAAAAAAAAAAAAAAAAAAAAA`;

const RECORDS = [
  { api_key: SECRET, model_parameters: { extra_headers: { "x-api-key": SECRET } } },
  { metadata: { requester_custom_headers: { authorization: `Bearer ${SECRET}`, cookie: `a=${CANARY}` } } },
  {
    error_str: `AuthenticationError: bad key ${SECRET}`,
    api_base: `https://u:${CANARY}pw1234@host/v1?key=${SECRET}`,
  },
  { nested: JSON.stringify({ deep: JSON.stringify({ password: CANARY }) }) },
  { messages: [{ role: "user", content: `${CANARY} said something` }], response: { text: CANARY } },
  { [SECRET]: 1, session_id: SECRET },
];

test("no secret, no content and no name reaches Kafka, the log, the figures or an answer", async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const metrics = createMetrics({ defaults: false });
  const collector = await makeCollector({ deps: { log: pino({ level: "trace" }, sink), metrics } });
  const { litellm, ours } = collector.tokens;
  const bodies = [
    JSON.stringify(RECORDS),
    RECORDS.map((record) => JSON.stringify(record)).join("\n"),
    `[{"api_key":"${SECRET}", broken ${SECRET}},{"messages":["${CANARY}`, // cannot be split
    `{"password":"${CANARY}","n":NaN,"messages":"${CANARY}`, // one element, not JSON
  ];
  const answers: string[] = [];
  for (const body of bodies)
    answers.push(await (await collector.post("/v1/gateways/litellm", body, bearer(litellm))).text());
  const event = makeEvent({ data: { password: CANARY, user: `${CANARY}@example.com`, api_key: SECRET } });
  answers.push(await (await collector.post("/v1/events", JSON.stringify(event), bearer(ours))).text());
  answers.push(
    await (await collector.post(`/v1/gateways/litellm?source=${CANARY}`, "{}", bearer(SECRET))).text(),
  );

  const records = await collector.records();
  expect(records).toHaveLength(14);
  for (const record of records) {
    const whole = [textOf(record), String(record.key), ...record.headers.values()].join("\n");
    expect(whole).not.toContain(CANARY);
  }
  expect(textOf(records.at(-1))).toContain(`"user":"${userRef(SALT, `${CANARY}@example.com`)}"`);
  expect(lines.length).toBeGreaterThan(5);
  for (const where of [lines.join(""), answers.join(""), (await metrics.render()).text]) {
    expect(where).not.toContain(CANARY);
    expect(where).not.toContain(litellm.slice(16));
  }
});
