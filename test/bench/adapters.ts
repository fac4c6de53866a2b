import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { parseArgs } from "node:util";
import { redactionFor } from "#core/adapter.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { withContent } from "#test/bench/with-content.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const ROUNDS = 7;
const MS_A_ROUND = 20;
const WARM_UP_MS = 60;
/** The engine makes code fast after so many runs and not after so much time, on a busy machine above all. */
const WARM_UP_RECORDS = 5_000;
/** What a client of today sends with a call: one short turn, and a conversation of some turns with its tools. */
const CONTENT_BYTES = [10_000, 100_000] as const;
/** As long as what an adapter hashes: a source's name, two ids and a time. */
const IDENTITY = `10:litellm-eu;${`36:${"0".repeat(36)};`.repeat(2)}24:2026-11-19T10:00:00.123Z;`;
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
  /**
   * The ratios of what is hardly left out: the identity's hash; and with it the check for UTF-8 and a loop over the
   * characters, since a secret may stand at any. Only of small records: content that goes is jumped over.
   */
  readonly hashRatio: number;
  readonly floorRatio: number;
}

/**
 * `npm run bench adapters [-- --gateway kong] [-- --json]`: what reading a record as it arrives costs the ingester
 * (UTF-8, what makes a record unsound, redaction, parsing what is stored, the adapter) against `JSON.parse` of the same
 * bytes alone, in the same run and interleaved: as the gateway's fixtures are, and with 10 and 100 KB of conversation in
 * them, where a gateway's records carry content. Beside it what small records hardly go below.
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
  return { gateway, sizes: sizes.map((list, at) => measure(gateway, list.map(bytesOf), at === 0)) };
}

const bytesOf = (record: unknown): Buffer => Buffer.from(JSON.stringify(record));

function meanBytes(records: readonly Buffer[]): number {
  return Math.round(records.reduce((sum, { length }) => sum + length, 0) / records.length);
}

/** Microseconds of the processor a record, the median of interleaved rounds. */
function measure(gateway: string, records: readonly Buffer[], isFirst: boolean): Measured {
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
    hashUs: (bytes: Buffer) => void parseAndHash(bytes.toString("utf8")),
    floorUs: (bytes: Buffer) => {
      const text = isUtf8(bytes) ? bytes.toString("utf8") : "";
      if (looks(text) + parseAndHash(text) === 0) throw new Error("a record has quotes");
    },
  };
  const names = Object.keys(arms) as (keyof typeof arms)[];
  for (const name of names) timed(arms[name], records, WARM_UP_MS, isFirst ? WARM_UP_RECORDS : 0);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(names.map((name) => [name, timed(arms[name], records, MS_A_ROUND)])),
  );
  const median = (name: string) =>
    rounds.map((round) => round[name] ?? 0).toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ??
    0;
  const [parseUs, readUs, decodeAdaptUs] = [median("parseUs"), median("readUs"), median("decodeAdaptUs")];
  return {
    bytes: meanBytes(records),
    parseUs,
    readUs,
    decodeAdaptUs,
    ratio: decodeAdaptUs / parseUs,
    hashRatio: median("hashUs") / parseUs,
    floorRatio: median("floorUs") / parseUs,
  };
}

function parseAndHash(text: string): number {
  JSON.parse(text);
  return hash("sha256", IDENTITY, "hex").length;
}

/** One look at each character, and the least that can be done with it. */
function looks(text: string): number {
  let quotes = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === QUOTE) quotes++;
  return quotes;
}
const QUOTE = 34;

/** By the processor's time and not the clock's: other work on the machine would cost one arm more than another. */
function timed(
  arm: (bytes: Buffer) => void,
  records: readonly Buffer[],
  forMs: number,
  recordsMin = 0,
): number {
  const start = process.cpuUsage();
  let count = 0;
  let spentUs = 0;
  while (spentUs < forMs * 1000 || count < recordsMin) {
    for (const bytes of records) arm(bytes);
    count += records.length;
    const { user, system } = process.cpuUsage(start);
    spentUs = user + system;
  }
  return spentUs / count;
}

function table(figures: readonly Figures[]): string[] {
  const head = `${"gateway".padEnd(30)}   bytes  parse µs  read and redact µs  whole µs  ratio  with hash   floor`;
  const line = (gateway: string, one: Measured, isSmall: boolean) =>
    [
      gateway.padEnd(30),
      String(one.bytes).padStart(7),
      one.parseUs.toFixed(1).padStart(9),
      one.readUs.toFixed(1).padStart(19),
      one.decodeAdaptUs.toFixed(1).padStart(9),
      one.ratio.toFixed(2).padStart(6),
      (isSmall ? one.hashRatio.toFixed(2) : "-").padStart(10),
      (isSmall ? one.floorRatio.toFixed(2) : "-").padStart(7),
    ].join(" ");
  return [
    head,
    ...figures.flatMap(({ gateway, sizes }) => sizes.map((one, at) => line(gateway, one, at === 0))),
  ];
}
