import type { seeded } from "#test/core/seeded.ts";

type Random = ReturnType<typeof seeded>;

const DEEP_LEVELS = 200;
const HUGE_CHARACTERS = 20_000;

const VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 1e308,
  () => 2 ** 53,
  () => "",
  () => "0",
  () => "12",
  () => "None",
  () => "1787300000.5",
  () => "2026-11-19T10:00:00Z",
  () => "9".repeat(60),
  () => "\u0000\u202e\ud800",
  () => "x".repeat(HUGE_CHARACTERS),
  () => "{'a': [1, None",
  () => '{"input_tokens":5,"output_tokens":2}',
  () => 'event: message_start\ndata: {"type":"message_start"}\n\n',
  () => [],
  () => [null, [], {}],
  () => ({}),
  () => ({ type: "message", usage: { input_tokens: 1e20 } }),
  () => deep(DEEP_LEVELS),
];

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let at = 0; at < levels; at += 1) value = at % 2 === 0 ? [value] : { next: value };
  return value;
}

/** A copy of a record with one to four things wrong in it: a member gone, of another type, huge, nested or elsewhere. */
export function mutated(record: unknown, random: Random): unknown {
  let copy = structuredClone(record);
  for (let times = 1 + random.below(4); times > 0; times -= 1) copy = once(copy, random);
  return copy;
}

function once(record: unknown, random: Random): unknown {
  const holders = holdersIn(record);
  const holder = holders.length === 0 ? null : random.pick(holders);
  if (holder === null || random.below(200) === 0) return random.pick(VALUES)();
  const names = Object.keys(holder);
  const name = names.length === 0 ? "spare" : random.pick(names);
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(name) || 0, 1);
      else delete holder[name];
      break;
    case 1: {
      const other = random.pick(holders);
      const otherNames = Object.keys(other);
      // What lies elsewhere in the record: the right shape in the wrong place.
      const value = otherNames.length === 0 ? null : other[random.pick(otherNames)];
      put(holder, name, structuredClone(value));
      break;
    }
    case 2:
      put(holder, name, asText(holder[name]));
      break;
    default:
      put(holder, name, random.pick(VALUES)());
  }
  return record;
}

/** Numbers as text, text as numbers, objects as JSON in a string. */
function asText(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return Number(value) || value.length;
  return JSON.stringify(value) ?? null;
}

type Holder = Record<string, unknown>;

function put(holder: Holder, name: string, value: unknown): void {
  // Assigning to it would change the prototype instead of making a member.
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

function holdersIn(value: unknown): Holder[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Holder, ...Object.values(value).flatMap(holdersIn)];
}
