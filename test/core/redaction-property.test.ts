import { expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import { scrubBytes } from "#core/redaction-bytes.ts";
import { userRef } from "#core/user-ref.ts";
import { seeded } from "#test/core/seeded.ts";

const RULES = {
  credential: ["x.pass"],
  content: ["messages", "response.text"],
  person: ["user", "meta.email"],
};
const person = (name: string) => userRef(Buffer.from("a salt for tests only"), name);
const CANARY = "canary7f3a";
const REDACTED = /^(?:\[credential(?: \d+)?\]|\[content \d+ bytes\]|u_[0-9a-f]{32})$/;
/** Names whose values go, and those whose values stay unless they hold a shape. */
const SECRET_NAMES = [
  "authorization",
  "x-api-key",
  "Password",
  "client_secret",
  "messages",
  "user",
  "access_token",
];
const PLAIN_NAMES = [
  "a",
  "model",
  "prompt_tokens",
  "é",
  'q"uote',
  "back\\slash",
  "\u2028",
  "x",
  "meta",
  "response",
  "tags",
  "n/a",
];

type Random = ReturnType<typeof seeded>;

function plainValue(random: Random, depth: number): unknown {
  const kind = random.below(depth > 4 ? 5 : 8);
  if (kind === 0) return null;
  if (kind === 1) return random.below(2) === 0;
  if (kind === 2) return random.pick([0, -1, 1.5, 1e21, 1e-7, 123456789]);
  if (kind <= 4)
    return random.pick(["", "plain", 'a "b" \\ \n', "é😀\u2028", "[not json", "{", "\ud800", "task-12 [1]"]);
  if (kind === 5) return Array.from({ length: random.below(4) }, () => plainValue(random, depth + 1));
  if (kind === 6) return JSON.stringify(record(random, depth + 2));
  return record(random, depth + 1);
}

function secretValue(random: Random): unknown {
  return random.pick<unknown>([
    CANARY,
    `${CANARY} "x" \n`,
    [CANARY, { deep: CANARY }],
    { a: { b: [CANARY] } },
  ]);
}

function shaped(random: Random): string {
  return random.pick([
    `sk-ant-${CANARY}-x`,
    `x Bearer ${CANARY}99 y`,
    `?key=${CANARY}`,
    `cookie: a=${CANARY}`,
    `https://u:${CANARY}@h/`,
  ]);
}

function record(random: Random, depth = 0): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (let count = random.below(5); count >= 0; count--) {
    const kind = random.below(6);
    if (kind === 0) made[random.pick(SECRET_NAMES)] = secretValue(random);
    else if (kind === 1) made[random.pick(PLAIN_NAMES)] = shaped(random);
    else if (kind === 2 && depth === 0) made[shaped(random)] = 1;
    else made[random.pick(PLAIN_NAMES)] = plainValue(random, depth);
  }
  return made;
}

/** Fails unless `after` is `before` with some strings redacted; goes into JSON in strings too. */
function expectSameButRedacted(before: unknown, after: unknown): void {
  if (typeof after === "string" && REDACTED.test(after)) return;
  if (typeof before === "string" && typeof after === "string") {
    if (before === after || after.includes("[credential]")) return;
    expectSameButRedacted(JSON.parse(before), JSON.parse(after));
    return;
  }
  if (typeof before !== "object" || before === null || after === null) {
    expect(after).toEqual(before);
    return;
  }
  expect(Array.isArray(after)).toBe(Array.isArray(before));
  const befores = Object.entries(before);
  const afters = Object.entries(after as object);
  expect(afters.length).toBe(befores.length);
  const byName = new Map(afters);
  for (const [key, value] of befores) if (byName.has(key)) expectSameButRedacted(value, byName.get(key));
}

test("2,000 records: no canary survives, nothing else changes, and a second pass changes nothing", () => {
  const random = seeded(20261123);
  let cut = 0;
  for (let run = 0; run < 2000; run++) {
    const text = JSON.stringify(record(random), null, random.below(2));
    const once = redact(text, RULES, person);
    expect(once).not.toContain(CANARY);
    expect(redact(once, RULES, person)).toBe(once);
    expectSameButRedacted(JSON.parse(text), JSON.parse(once));
    if (once !== text) cut++;
  }
  expect(cut).toBeGreaterThan(1000);
});

test("the same records cut off anywhere or with bytes flipped: no canary survives, nothing throws", () => {
  const random = seeded(7);
  for (let run = 0; run < 2000; run++) {
    const bytes = Buffer.from(JSON.stringify(record(random)));
    const cut = bytes.subarray(0, random.below(bytes.length));
    const flipped = Buffer.from(bytes);
    flipped[random.below(bytes.length)] = random.pick([0x22, 0x7b, 0x5c, 0xff, 0x2c]);
    for (const broken of [cut, flipped]) {
      const kept = scrubBytes(broken, RULES, person);
      expect(Buffer.from(kept, "utf8").toString("utf8")).toBe(kept);
      if (broken === cut) expect(kept).not.toContain(CANARY);
    }
  }
});
