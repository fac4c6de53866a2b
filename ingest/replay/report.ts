import { formatMoney } from "#core/money.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";
import { Totals } from "#core/replay/totals.ts";
import type { PlannedChunk } from "#ingest/replay/plan-chunk.ts";

/** Calls and cost of one team and model before and after. Amounts in USD, exact. */
export interface ReplayLine {
  readonly team: string;
  readonly model: string;
  readonly calls_before: bigint;
  readonly calls_after: bigint;
  readonly unpriced_before: bigint;
  readonly unpriced_after: bigint;
  readonly cost_before_usd: string;
  readonly cost_after_usd: string;
}

/** What a replay came to, or would come to. */
export interface ReplayFigures {
  readonly records: number;
  readonly unchanged: number;
  /** Records of which rows stand differently, or that changed between accepted and rejected. */
  readonly changed: number;
  readonly newly_accepted: number;
  readonly newly_rejected: number;
  readonly rows_withdrawn: number;
  readonly rows_stated: number;
  readonly cost_before_usd: string;
  readonly cost_after_usd: string;
  readonly lines: readonly ReplayLine[];
}

/** Counts the chunks of a replay as they go by. Holds a sum a team and model, and the new events by their keys. */
export class ReplayReport {
  readonly #before: Totals;
  readonly #after = new Totals();
  readonly #seen = new Map<string, PlainRow>();
  #records = 0;
  #changed = 0;
  #accepted = 0;
  #rejected = 0;
  #withdrawn = 0;
  #stated = 0;

  constructor(before: Totals) {
    this.#before = before;
    for (const total of before.list()) this.#after.addTotal(total);
  }

  add(chunk: PlannedChunk): void {
    this.#records += chunk.looked;
    this.#changed += chunk.changed.length;
    for (const { stored, becomes } of chunk.changed) {
      if (becomes === "accepted" && stored.outcome === "rejected") this.#accepted += 1;
      if (becomes === "rejected" && stored.outcome === "accepted") this.#rejected += 1;
    }
    for (const row of chunk.eventRows) this.#count(row);
  }

  /** One key stands once, whichever records gave it: the row of the larger version, as in the store. */
  #count(row: PlainRow): void {
    const key = hashKey(row);
    const known = this.#seen.get(key);
    if (known !== undefined && BigInt(known["version"] as bigint) >= BigInt(row["version"] as bigint)) return;
    const sign = row["sign"] === 1n ? 1 : -1;
    if (known !== undefined) this.#after.add(known, sign === 1 ? -1 : 1);
    else if (sign === 1) this.#stated += 1;
    else this.#withdrawn += 1;
    this.#after.add(row, sign);
    this.#seen.set(key, summed(row));
  }

  figures(): ReplayFigures {
    const [before, after] = [this.#before, this.#after];
    const names = new Totals();
    for (const total of [...before.list(), ...after.list()]) names.addTotal({ ...total, calls: 1n });
    return {
      records: this.#records,
      unchanged: this.#records - this.#changed,
      changed: this.#changed,
      newly_accepted: this.#accepted,
      newly_rejected: this.#rejected,
      rows_withdrawn: this.#withdrawn,
      rows_stated: this.#stated,
      cost_before_usd: before.cost(),
      cost_after_usd: after.cost(),
      lines: names.list().map(({ team, model }) => {
        const [then, now] = [before.of(team, model), after.of(team, model)];
        return {
          ...{ team, model, calls_before: then.calls, calls_after: now.calls },
          ...{ unpriced_before: then.unpriced, unpriced_after: now.unpriced },
          ...{ cost_before_usd: formatMoney(then.cost), cost_after_usd: formatMoney(now.cost) },
        };
      }),
    };
  }
}

const KEY = ["bucket", "gateway_team", "model", "session_id", "event_id", "sign"] as const;

function hashKey(row: PlainRow): string {
  return KEY.map((name) => String(row[name])).join("\n");
}

const SUMMED = ["role", "kind", "team", "model", "model_canonical", "cost_usd", "cost_status", "version"];

/** Of a row only what is added up: the whole would be held for the length of the run. */
function summed(row: PlainRow): PlainRow {
  return Object.fromEntries(SUMMED.map((name) => [name, row[name] ?? null]));
}
