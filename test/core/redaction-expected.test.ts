import { expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { userRef } from "#core/user-ref.ts";
import { seeded } from "#test/core/seeded.ts";
import { mutated } from "#test/fuzz/mutate.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const GATEWAYS = [...new Set(FIXTURES.map(gatewayOf))];
const CASES = 200;
const person = (name: string) => userRef(Buffer.alloc(32), name);

/** Members in another order, at every level. */
function shuffled(value: unknown, random: ReturnType<typeof seeded>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => shuffled(one, random));
  const left = Object.entries(value);
  const members: [string, unknown][] = [];
  while (left.length > 0)
    for (const [name, member] of left.splice(random.below(left.length), 1))
      members.push([name, shuffled(member, random)]);
  return Object.fromEntries(members);
}

/** As Python writes it: a space after each colon and comma that is between members. */
const spaced = (value: unknown): string => JSON.stringify(value, null, 1) ?? "null";

test.each(GATEWAYS)("%s: what came before in other records changes nothing of how one is read", (gateway) => {
  const random = seeded(20_261_129);
  const rules = redactionFor(adapterOf(gateway), contextOf({ gateway }).source);
  const records = FIXTURES.filter((name) => gatewayOf(name) === gateway).map(fixture);
  for (let at = 0; at < CASES; at += 1) {
    const record = random.pick(records);
    const changed = random.below(2) === 0 ? shuffled(record, random) : mutated(record, random);
    const bytes = Buffer.from(random.below(2) === 0 ? spaced(changed) : (JSON.stringify(changed) ?? "null"));
    // Rules are compiled for each object anew, and what is not compiled has met no record.
    expect(readRedacted(bytes, rules, person)).toEqual(readRedacted(bytes, { ...rules }, person));
  }
});

const NONE = { credential: [], content: [], person: [] };

test.each([
  ['{"a":1,"b":2}', '{"a":1,"b":2,"b":3}', "json_duplicate_key"],
  ['{"a":1,"b":2}', '{"a":1,"a":2,"b":3}', "json_duplicate_key"],
  ['{"a":{"b":1},"c":2}', '{"a":{"b":1,"b":1},"c":2}', "json_duplicate_key"],
  ['{"a":1,"b":2}', '{"a":1,"\\u0061":2}', "json_duplicate_key"],
  ['{"a":1}', '{"a":1,"__proto__":{}}', "json_forbidden_key"],
  ['{"a":1,"b":2}', '{"a":1,"b":}', "not_json"],
  ['{"a":1,"b":2}', '{"a":1 "b":2}', "not_json"],
  ['{"a":1,"b":2}', '{"a":01,"b":2}', "not_json"],
  ['{"a":1,"b":null}', '{"a":1,"b":nul}', "not_json"],
  ['{"a":1,"b":null}', '{"a":12a,"b":nulll}', "not_json"],
  ['{"a":"x","b":1}', '{"a":"x\u0001","b":1}', "not_json"],
])("after %s, %s is still refused", (sound, unsound, reason) => {
  const rules = { ...NONE };
  for (let times = 0; times < 2; times += 1)
    expect(readRedacted(Buffer.from(sound), rules, person)).toMatchObject({
      ok: true,
      value: { stored: sound },
    });
  expect(readRedacted(Buffer.from(unsound), rules, person)).toMatchObject({ ok: false, reason });
});

test("a member that was expected and holds something else is cut as one that was not", () => {
  const rules = { credential: ["note"], content: ["text"], person: ["who"] };
  const read = (record: unknown) => {
    const redacted = readRedacted(Buffer.from(JSON.stringify(record)), rules, () => "u_0");
    return redacted.ok ? redacted.value.value : redacted.reason;
  };
  expect(read({ a: "x", note: "n", who: null, text: "" })).toEqual({
    a: "x",
    note: "[credential]",
    who: null,
    text: "",
  });
  expect(read({ a: "{'note': 'n', 'b': None}" })).toEqual({ a: "{'note': '[credential]', 'b': None}" });
  expect(read({ a: '{"note":"n"}', note: 5, who: 7, text: ["t"] })).toEqual({
    a: '{"note":"[credential]"}',
    note: "[credential]",
    who: "u_0",
    text: "[content 5 bytes]",
  });
});
