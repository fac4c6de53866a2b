import { expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { readElement } from "#core/json/read-record.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";
import { seeded } from "#test/core/seeded.ts";
import { mutated } from "#test/fuzz/mutate.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const GATEWAYS = [...new Set(FIXTURES.map(gatewayOf))];
const CASES = 400;
const person = (name: string) => userRef(Buffer.alloc(32), name);

/** What makes JSON text unsound without touching its brackets. */
const FAULTS = [
  '"twice":1,"twice":2,',
  '"twice":1,"\\u0074wice":2,',
  '"__proto__":{},',
  '"user":"\\q",',
  '"user":"\u0001",',
  '"api_key":"sk-\u0007aaaaaaaaaaaaaaaaaaaa1",',
  '"Twice":1,"twice":2,',
];

test.each(GATEWAYS)("%s: one pass and many give the same text and the same faults", (gateway) => {
  const random = seeded(20_261_123);
  const rules = redactionFor(adapterOf(gateway), contextOf({ gateway }).source);
  const fixtures = FIXTURES.filter((name) => gatewayOf(name) === gateway).map(fixture);
  const met = { sound: 0, refused: 0, inContent: 0 };
  for (let at = 0; at < CASES; at += 1) {
    const whole = JSON.stringify(mutated(random.pick(fixtures), random)) ?? "null";
    const text = random.below(2) === 0 ? whole : withFault(whole, random);
    const bytes = Buffer.from(text);
    const onePass = readRedacted(bytes, rules, person);
    const read = readElement(bytes);
    if (read.ok) {
      const stored = redact(read.value.text, rules, person);
      expect(onePass, text).toEqual({ ok: true, value: { stored, value: JSON.parse(stored) } });
      met.sound++;
    } else if (onePass.ok) {
      // Taken although it has a fault: then the fault went with what must not be stored.
      expect(readElement(Buffer.from(onePass.value.stored)).ok, text).toBe(true);
      met.inContent++;
    } else {
      expect(onePass, text).toEqual(read);
      met.refused++;
    }
  }
  expect(met.sound).toBeGreaterThan(CASES / 4);
  expect(met.refused).toBeGreaterThan(CASES / 10);
});

function withFault(text: string, random: ReturnType<typeof seeded>): string {
  const opens = [...text.matchAll(/\{(?=")/g)];
  if (opens.length === 0) return text;
  const at = random.pick(opens).index + 1;
  return text.slice(0, at) + random.pick(FAULTS) + text.slice(at);
}

test("a key that stands twice is found at any depth, in lists of objects, and beside its siblings", () => {
  const none = { credential: [], content: [], person: [] };
  const read = (text: string) => readRedacted(Buffer.from(text), none, person);
  for (const text of [
    '{"a":{"b":1},"a":2}',
    '{"a":[{"b":1},{"b":1,"c":[{}],"b":2}]}',
    '{"a":{"b":{"c":1}},"d":{"b":{"c":1,"e":{"c":1},"c":1}}}',
  ])
    expect(read(text)).toMatchObject({ ok: false, reason: "json_duplicate_key" });
  for (const text of ['{"a":[{"b":1},{"b":1}],"b":{"a":{"b":1}}}', '{"a":{"a":{"a":1}},"A":1}'])
    expect(read(text)).toMatchObject({ ok: true });
});

test("a record of very many names is read, and a key that stands twice in it is found", () => {
  const none = { credential: [], content: [], person: [] };
  const names = Array.from({ length: 60_000 }, (_, at) => `"n${at}":${at}`);
  const read = (members: readonly string[]) => readRedacted(Buffer.from(`{${members.join()}}`), none, person);
  expect(read(names)).toMatchObject({ ok: true });
  expect(read([...names, '"n59999":0'])).toMatchObject({ ok: false, reason: "json_duplicate_key" });
});
