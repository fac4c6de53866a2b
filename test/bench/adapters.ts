import { parseArgs } from "node:util";
import { redactionFor } from "#core/adapter.ts";
import { readElement } from "#core/json/read-record.ts";
import { redact } from "#core/redaction.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { withContent } from "#test/bench/with-content.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const ROUNDS = 7;
const MS_A_ROUND = 20;
const WARM_UP_MS = 60;
/** What a client of today sends with a call: a conversation of some turns and its tools. */
const CONTENT_BYTES = 100_000;
const PSEUDONYM = `u_${"0".repeat(32)}`;

interface Figures {
  readonly gateway: string;
  readonly bytes: number;
  readonly parseUs: number;
  readonly decodeAdaptUs: number;
  readonly ratio: number;
  readonly redactUs: number;
  readonly contentBytes: number | null;
  readonly contentRatio: number | null;
}

/**
 * `npm run bench adapters [-- --gateway kong] [-- --json]`: what reading a record costs against `JSON.parse` alone, in
 * the same run and interleaved: (a) the record as it is stored, without content, (b) with 100 KB of content in it,
 * where a gateway's records carry content. Redaction is shown apart: it is not part of decoding and adapting.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { gateway: { type: "string", multiple: true }, json: { type: "boolean", default: false } },
  });
  const known = new Set(FIXTURES.map(gatewayOf));
  const gateways = values.gateway ?? [...ADAPTERS.keys()].filter((gateway) => known.has(gateway));
  const figures = gateways.map(figuresOf);
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else for (const line of table(figures)) process.stdout.write(`${line}\n`);
}

function figuresOf(gateway: string): Figures {
  const records = FIXTURES.filter((name) => gatewayOf(name) === gateway).map(fixture);
  const stored = records.map((record) => storedBytes(gateway, JSON.stringify(record)));
  const large = records.flatMap((record) => withContent(gateway, record, CONTENT_BYTES) ?? []);
  const plain = measure(gateway, stored);
  const full =
    large.length === 0
      ? null
      : measure(
          gateway,
          large.map((record) => Buffer.from(JSON.stringify(record))),
        );
  return {
    gateway,
    bytes: meanBytes(stored),
    parseUs: plain.parseUs,
    decodeAdaptUs: plain.decodeAdaptUs,
    ratio: plain.decodeAdaptUs / plain.parseUs,
    redactUs: plain.redactUs,
    contentBytes:
      large.length === 0 ? null : meanBytes(large.map((record) => Buffer.from(JSON.stringify(record)))),
    contentRatio: full === null ? null : full.decodeAdaptUs / full.parseUs,
  };
}

function storedBytes(gateway: string, text: string): Buffer {
  const { source } = contextOf({ gateway });
  return Buffer.from(redact(text, redactionFor(adapterOf(gateway), source), () => PSEUDONYM));
}

function meanBytes(records: readonly Buffer[]): number {
  return Math.round(records.reduce((sum, { length }) => sum + length, 0) / records.length);
}

/** Microseconds a record, the median of interleaved rounds. */
function measure(gateway: string, records: readonly Buffer[]) {
  const adapter = adapterOf(gateway);
  const context = contextOf({ gateway });
  const rules = redactionFor(adapter, context.source);
  const arms = {
    parseUs: (bytes: Buffer) => void JSON.parse(bytes.toString("utf8")),
    decodeAdaptUs: (bytes: Buffer) => {
      const read = readElement(bytes);
      if (!read.ok) throw new Error(`${gateway}: ${read.reason}`);
      adapter.adapt(read.value.value, context);
    },
    redactUs: (bytes: Buffer) => void redact(bytes.toString("utf8"), rules, () => PSEUDONYM),
  };
  const names = Object.keys(arms) as (keyof typeof arms)[];
  for (const name of names) timed(arms[name], records, WARM_UP_MS);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(names.map((name) => [name, timed(arms[name], records, MS_A_ROUND)])),
  );
  const median = (name: string) =>
    rounds.map((round) => round[name] ?? 0).toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ??
    0;
  return Object.fromEntries(names.map((name) => [name, median(name)])) as Record<keyof typeof arms, number>;
}

function timed(arm: (bytes: Buffer) => void, records: readonly Buffer[], forMs: number): number {
  const startMs = performance.now();
  let count = 0;
  let spentMs = 0;
  while (spentMs < forMs) {
    for (const bytes of records) arm(bytes);
    count += records.length;
    spentMs = performance.now() - startMs;
  }
  return (spentMs * 1000) / count;
}

function table(figures: readonly Figures[]): string[] {
  const head = `${"gateway".padEnd(30)}  bytes  parse µs  decode+adapt µs  ratio  redact µs  with content: bytes  ratio`;
  return [
    head,
    ...figures.map((one) =>
      [
        one.gateway.padEnd(30),
        String(one.bytes).padStart(6),
        one.parseUs.toFixed(1).padStart(9),
        one.decodeAdaptUs.toFixed(1).padStart(16),
        one.ratio.toFixed(2).padStart(6),
        one.redactUs.toFixed(1).padStart(10),
        (one.contentBytes === null ? "-" : String(one.contentBytes)).padStart(20),
        (one.contentRatio === null ? "-" : one.contentRatio.toFixed(2)).padStart(6),
      ].join(" "),
    ),
  ];
}
