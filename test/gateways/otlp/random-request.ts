import type { Random } from "#cli/demo/random.ts";

type Json = Record<string, unknown>;

/** A random request in OTLP's JSON: all kinds of values, repeated keys, defaults written out and left out. */
export function randomRequest(random: Random, signal: "logs" | "traces"): Json {
  const item = signal === "logs" ? randomLog : randomSpan;
  const [groups, scopes, items] =
    signal === "logs"
      ? ["resourceLogs", "scopeLogs", "logRecords"]
      : ["resourceSpans", "scopeSpans", "spans"];
  const scope = () => ({
    ...maybe(random, "scope", () => ({
      ...maybe(random, "name", () => text(random)),
      attributes: attributes(random),
    })),
    [items]: many(random, 3, () => item(random)),
    schemaUrl: text(random),
  });
  const group = () => {
    const resource = maybe(random, "resource", () => ({
      attributes: attributes(random),
      droppedAttributesCount: 1,
    }));
    const scoped = { [scopes]: many(random, 2, scope) };
    // On the wire the resource may stand behind what it holds for.
    return random.unit() < 0.5 ? { ...resource, ...scoped } : { ...scoped, ...resource };
  };
  return { [groups]: [group(), ...many(random, 2, group)] };
}

function randomLog(random: Random): Json {
  return shuffled(random, {
    ...maybe(random, "timeUnixNano", () => nanoseconds(random)),
    ...maybe(random, "observedTimeUnixNano", () => nanoseconds(random)),
    ...maybe(random, "severityNumber", () => below(random, 25)),
    ...maybe(random, "severityText", () => text(random)),
    ...maybe(random, "eventName", () => text(random)),
    ...maybe(random, "body", () => value(random, 0)),
    ...maybe(random, "traceId", () => id(random, 16)),
    ...maybe(random, "spanId", () => id(random, 8)),
    ...maybe(random, "flags", () => below(random, 2 ** 32)),
    attributes: attributes(random),
    droppedAttributesCount: 3,
  });
}

function randomSpan(random: Random): Json {
  return shuffled(random, {
    traceId: id(random, 16),
    spanId: id(random, 8),
    ...maybe(random, "parentSpanId", () => id(random, 8)),
    ...maybe(random, "traceState", () => text(random)),
    name: text(random),
    kind: below(random, 6),
    startTimeUnixNano: nanoseconds(random),
    ...maybe(random, "endTimeUnixNano", () => nanoseconds(random)),
    attributes: attributes(random),
    events: many(random, 2, () => ({
      timeUnixNano: nanoseconds(random),
      name: text(random),
      attributes: attributes(random),
    })),
    links: many(random, 2, () => ({
      traceId: id(random, 16),
      spanId: id(random, 8),
      attributes: attributes(random),
    })),
    ...maybe(random, "status", () => ({ code: below(random, 3), message: text(random) })),
    flags: 257,
  });
}

function attributes(random: Random): Json[] {
  return many(random, 6, () => ({ key: text(random), ...maybe(random, "value", () => value(random, 0)) }));
}

function value(random: Random, depth: number): Json {
  const kind = below(random, depth > 3 ? 6 : 8);
  if (kind === 0) return { stringValue: text(random) };
  if (kind === 1) return { boolValue: random.unit() < 0.5 };
  if (kind === 2) return { intValue: String(integer(random)) };
  if (kind === 3) return { intValue: below(random, 1_000_000) - 500_000 };
  if (kind === 4) return { doubleValue: double(random) };
  if (kind === 5)
    return random.unit() < 0.3 ? {} : { bytesValue: Buffer.from(text(random)).toString("base64") };
  if (kind === 6) return { arrayValue: { values: many(random, 3, () => value(random, depth + 1)) } };
  return {
    kvlistValue: { values: many(random, 3, () => ({ key: text(random), value: value(random, depth + 1) })) },
  };
}

const TEXTS = [
  "",
  "a",
  "session.id",
  'say "hi"\\',
  "line\nbreak\u0000",
  "é€😀",
  "\u2028",
  "__proto__",
  "0",
  "constructor",
];
const INTEGERS = [
  0n,
  1n,
  -1n,
  2n ** 53n - 1n,
  2n ** 53n,
  -(2n ** 53n),
  -(2n ** 53n) + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 32n,
];
const DOUBLES = [0, -0, 0.1, -1.5e-9, 1e21, 2 ** 60, 5e-324, "NaN", "Infinity", "-Infinity", "0.25"];

const below = (random: Random, bound: number) => Math.floor(random.unit() * bound);
const pick = <Value>(random: Random, list: readonly Value[]): Value =>
  list[below(random, list.length)] as Value;
const text = (random: Random) => (random.unit() < 0.7 ? pick(random, TEXTS) : `k${below(random, 1000)}`);
const integer = (random: Random) =>
  random.unit() < 0.5
    ? pick(random, INTEGERS)
    : BigInt.asIntN(64, BigInt(below(random, 2 ** 53)) << BigInt(below(random, 12)));
const double = (random: Random) =>
  random.unit() < 0.5 ? pick(random, DOUBLES) : random.unit() * 10 ** below(random, 20);
const nanoseconds = (random: Random) =>
  random.unit() < 0.1 ? "0" : `17873000001${String(below(random, 1e8)).padStart(8, "0")}`;
const id = (random: Random, bytes: number) => {
  const hex = Array.from({ length: bytes * 2 }, () => pick(random, [..."0123456789abcdef"])).join("");
  return random.unit() < 0.3 ? hex.toUpperCase() : hex;
};
const many = <Value>(random: Random, most: number, make: () => Value): Value[] =>
  Array.from({ length: below(random, most + 1) }, make);
const maybe = (random: Random, name: string, make: () => unknown): Json =>
  random.unit() < 0.7 ? { [name]: make() } : {};
const shuffled = (random: Random, value: Json): Json =>
  Object.fromEntries(
    Object.entries(value)
      .map((entry) => [random.unit(), entry] as const)
      .sort(([a], [b]) => a - b)
      .map(([, entry]) => entry),
  );
