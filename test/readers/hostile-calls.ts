import { formatMoney, type Money } from "#core/money.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { seeded } from "#test/core/seeded.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** Texts that pass the door, and whether CSV guards them: written out, so that it is not the code's own rule. */
const AT_THE_DOOR: readonly [text: string, isGuarded: boolean][] = [
  ["=cmd|' /C calc'!A0", true],
  ['=HYPERLINK("https://evil.example";"open")', true],
  ["+1+1", true],
  ["-2+3", true],
  ["@SUM(A1:A9)", true],
  ["  =1+1", true],
  ["＝1+1", true],
  ["'=apostrophe", false],
  ['"quoted", and; more', false],
  ['"', false],
  [",", false],
  ["a\\b\\", false],
  ["Zürich 東京 🚀👩‍👩‍👧 e\u0301", false],
  ["\u202egnp.exe", false],
  ["שלום, العالم", false],
  [" blank ", false],
  ["a\u2028b\ufeffc", false],
  ["1E5", false],
  ["007", false],
  ["1,234.50", false],
  ["2026-11-01", false],
  ["true", false],
  ["NULL", false],
  ["nan", false],
  ["<b>&amp;</t>", false],
  ["_x000D_", false],
  ["x".repeat(480), false],
];
/** What no door lets in, should it ever be in the store. Without NUL, at which pandas ends a text of CSV. */
const CONTROLS: readonly [text: string, isGuarded: boolean][] = [
  ["\t=1+1", true],
  ["line\nbreak", false],
  ["\r\nfirst", true],
  ['a\r\n"b"\r\n', false],
  ["bell\u0007\u0001\u001f", false],
];

/** Millionths of a dollar for a million tokens, so the product with tokens counts 1e-12 USD. */
const RATES = { input: 3_141_593n, output: 7n } as const;
export const HOSTILE_PRICE = priceRow("hostile", {
  model: "hostile-1",
  usd_per_mtok: { input_tokens: "3.141593", output_tokens: "0.000007" },
});

export const COLUMNS = [
  "session_id",
  "team",
  "project",
  "event_time",
  "calls",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "cost_status",
] as const;

export interface HostileCall {
  readonly session: string;
  readonly team: string;
  readonly project: string | null;
  readonly time: string;
  readonly input: number;
  readonly output: number;
  /** In 1e-12 USD; null: no price. */
  readonly cost: bigint | null;
  /** Whether CSV guards the session and the team. */
  readonly guarded: readonly [session: boolean, team: boolean];
}

/** Calls with every hostile text in turn and costs of twelve decimals; reckoned here and nowhere else. */
function callsWith(texts: typeof AT_THE_DOOR, count: number, startMs: number, end: string): HostileCall[] {
  const { below, pick } = seeded(count);
  return Array.from({ length: count }, (_, at): HostileCall => {
    const [text, isGuarded] = texts[at % texts.length] ?? ["", false];
    const [team, isTeamGuarded] = pick(texts);
    const [input, output] = [below(50_000_000), below(1_000_000)];
    const isPriced = at % 10 !== 0;
    return {
      session: `${text}${end}${at}`,
      team,
      project: at % 3 === 0 ? null : `p-${at % 7}`,
      time: new Date(startMs + at * 777_001).toISOString(),
      input,
      output,
      cost: isPriced ? BigInt(input) * RATES.input + BigInt(output) * RATES.output : null,
      guarded: [isGuarded, isTeamGuarded],
    };
  });
}

export const DOOR_CALLS = callsWith(AT_THE_DOOR, 3_000, Date.UTC(2026, 9, 1), "#");
export const CONTROL_CALLS = callsWith(CONTROLS, 60, Date.UTC(2026, 9, 30), "#c");

export function doorEvent(call: HostileCall): string {
  return canonicalEvent(call.session, {
    team: call.team,
    session_id: call.session,
    project: call.project,
    started_at: call.time,
    model: call.cost === null ? "unpriced-1" : "hostile-1",
    meters: { input_tokens: call.input, output_tokens: call.output },
  });
}

export function controlRow(call: HostileCall): Row {
  return eventRow({
    event_id: eventIdOf(call.session),
    at: call.time,
    session_id: call.session,
    team: call.team,
    project: call.project ?? "",
    model: "hostile-1",
    model_canonical: "hostile-1",
    input_tokens: call.input,
    output_tokens: call.output,
    cost_usd: call.cost === null ? null : formatMoney(call.cost as Money),
    cost_status: call.cost === null ? "unpriced" : "rated",
  });
}

/** The row that a reader must find, in the order of `COLUMNS`. */
export function expectedRow(call: HostileCall, isCsv: boolean): readonly (string | null)[] {
  const [session, team] = call.guarded.map((isGuarded) => (isCsv && isGuarded ? "'" : ""));
  return [
    session + call.session,
    team + call.team,
    call.project,
    call.time,
    "1",
    String(call.input),
    String(call.output),
    call.cost === null ? null : formatMoney(call.cost as Money),
    call.cost === null ? "unpriced" : "rated",
  ];
}

const sum = (of: readonly bigint[]) => of.reduce((total, one) => total + one, 0n);

export function expectedSums(calls: readonly HostileCall[]) {
  return {
    calls: String(calls.length),
    input_tokens: String(sum(calls.map(({ input }) => BigInt(input)))),
    output_tokens: String(sum(calls.map(({ output }) => BigInt(output)))),
    cost_usd: formatMoney(sum(calls.map(({ cost }) => cost ?? 0n)) as Money),
  };
}
