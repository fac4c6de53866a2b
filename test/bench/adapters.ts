import { parseArgs } from "node:util";
import { redactionFor } from "#core/adapter.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { withContent } from "#test/bench/with-content.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const ROUNDS = 7;
const MS_A_ROUND = 20;
const WARM_UP_MS = 60;
/** What a client of today sends with a call: one short turn, and a conversation of some turns with its tools. */
const CONTENT_BYTES = [10_000, 100_000] as const;
const PSEUDONYM = `u_${"0".repeat(32)}`;

interface Figures {
  readonly gateway: string;
  /** As the gateway's fixtures are, then with content where the gateway's records carry any. */
  readonly sizes: readonly Measured[];
}

interface Measured {
  readonly bytes: number;
  readonly parseUs: number;
  readonly readUs: number;
  readonly decodeAdaptUs: number;
  readonly ratio: number;
}

/**
 * `npm run bench adapters [-- --gateway kong] [-- --json]`: what reading a record as it arrives costs the ingester
 * (UTF-8, what makes a record unsound, redaction, parsing what is stored, the adapter) against `JSON.parse` of the same
 * bytes alone, in the same run and interleaved: as the gateway's fixtures are, and with 10 and 100 KB of conversation in
 * them, where a gateway's records carry content.
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
  const larger = CONTENT_BYTES.map((bytes) =>
    records.flatMap((record) => withContent(gateway, record, bytes) ?? []),
  );
  const sizes = [records, ...larger].filter((list) => list.length > 0);
  return { gateway, sizes: sizes.map((list) => measure(gateway, list.map(bytesOf))) };
}

const bytesOf = (record: unknown): Buffer => Buffer.from(JSON.stringify(record));

function meanBytes(records: readonly Buffer[]): number {
  return Math.round(records.reduce((sum, { length }) => sum + length, 0) / records.length);
}

/** Microseconds a record, the median of interleaved rounds. */
function measure(gateway: string, records: readonly Buffer[]): Measured {
  const adapter = adapterOf(gateway);
  const context = contextOf({ gateway });
  const rules = redactionFor(adapter, context.source);
  const read = (bytes: Buffer) => {
    const record = readRedacted(bytes, rules, () => PSEUDONYM);
    if (!record.ok) throw new Error(`${gateway}: ${record.reason}`);
    return record.value.value;
  };
  const arms = {
    parseUs: (bytes: Buffer) => void JSON.parse(bytes.toString("utf8")),
    readUs: (bytes: Buffer) => void read(bytes),
    decodeAdaptUs: (bytes: Buffer) => void adapter.adapt(read(bytes), context),
  };
  const names = Object.keys(arms) as (keyof typeof arms)[];
  for (const name of names) timed(arms[name], records, WARM_UP_MS);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(names.map((name) => [name, timed(arms[name], records, MS_A_ROUND)])),
  );
  const median = (name: string) =>
    rounds.map((round) => round[name] ?? 0).toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ??
    0;
  const [parseUs, readUs, decodeAdaptUs] = [median("parseUs"), median("readUs"), median("decodeAdaptUs")];
  return { bytes: meanBytes(records), parseUs, readUs, decodeAdaptUs, ratio: decodeAdaptUs / parseUs };
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
  const head = `${"gateway".padEnd(30)}   bytes  parse µs  read and redact µs  whole µs  ratio`;
  const line = (gateway: string, one: Measured) =>
    [
      gateway.padEnd(30),
      String(one.bytes).padStart(7),
      one.parseUs.toFixed(1).padStart(9),
      one.readUs.toFixed(1).padStart(19),
      one.decodeAdaptUs.toFixed(1).padStart(9),
      one.ratio.toFixed(2).padStart(6),
    ].join(" ");
  return [head, ...figures.flatMap(({ gateway, sizes }) => sizes.map((one) => line(gateway, one)))];
}
