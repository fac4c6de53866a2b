import { createHash } from "node:crypto";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";
import type { ScopeStanding } from "#core/replay/scope-standing.ts";
import { Totals } from "#core/replay/totals.ts";
import {
  PROPOSAL_LARGEST_MAX,
  PROPOSAL_LINES_MAX,
  type ProposalFigures,
  type ProposalLine,
  type ProposalSingle,
} from "#core/settings/run-proposal.ts";
import type { RunChunk } from "#ingest/runs/plan-run-chunk.ts";

interface Moved {
  readonly team: string;
  readonly model: string;
  changed: number;
  newlyPriced: number;
  newlyUnpriced: number;
}

/** Adds up what a run changes, chunk by chunk: sums a team and model, the largest single changes, and a hash of all. */
export class Difference {
  readonly #before: Totals;
  readonly #after = new Totals();
  readonly #moved = new Map<string, Moved>();
  readonly #hash = createHash("sha256").update("spendtrail.changes.v1\n");
  readonly #standing: string;
  #largest: { readonly size: bigint; readonly single: ProposalSingle }[] = [];
  #calls = 0;
  #changed = 0;
  #offsets: readonly [bigint, bigint] | null = null;

  constructor({ totals, sha256 }: ScopeStanding) {
    this.#before = totals;
    this.#standing = sha256;
    for (const total of totals.list()) this.#after.addTotal(total);
  }

  add(chunk: RunChunk): void {
    this.#calls += chunk.calls;
    for (const offset of chunk.offsets) {
      const [low, high] = this.#offsets ?? [offset, offset];
      this.#offsets = [offset < low ? offset : low, offset > high ? offset : high];
    }
    for (const { correction } of chunk.changed)
      for (const now of correction.stated) {
        const then = correction.withdrawn.find((row) => row["event_id"] === now["event_id"]);
        if (then === undefined)
          throw new Error(`event ${String(now["event_id"])} changes and does not stand`);
        this.#count(then, now);
      }
  }

  #count(then: PlainRow, now: PlainRow): void {
    this.#changed += 1;
    this.#after.add(then, -1);
    this.#after.add(now, 1);
    this.#hash.update(
      `${JSON.stringify([then["event_id"], ...HASHED.flatMap((name) => [then[name], now[name]])])}\n`,
    );
    const wasPriced = then["cost_usd"] !== null;
    const isPriced = now["cost_usd"] !== null;
    this.#rank(then, now);
    // Evidence is corrected as well and is in no sum.
    if (now["role"] !== "ledger") return;
    const moved = this.#movedOf(now);
    moved.changed += 1;
    if (!wasPriced && isPriced) moved.newlyPriced += 1;
    if (wasPriced && !isPriced) moved.newlyUnpriced += 1;
  }

  #movedOf(row: PlainRow): Moved {
    const [team, model] = [String(row["team"]), modelOf(row)];
    const key = JSON.stringify([team, model]);
    const known = this.#moved.get(key) ?? { team, model, changed: 0, newlyPriced: 0, newlyUnpriced: 0 };
    this.#moved.set(key, known);
    return known;
  }

  #rank(then: PlainRow, now: PlainRow): void {
    const change = amountOf(now) - amountOf(then);
    const size = change < 0n ? -change : change;
    const smallest = this.#largest.at(-1);
    if (this.#largest.length >= PROPOSAL_LARGEST_MAX && smallest !== undefined && smallest.size >= size)
      return;
    const single: ProposalSingle = {
      event_id: String(now["event_id"]),
      event_time: String(now["event_time"]),
      team_before: String(then["team"]),
      team_after: String(now["team"]),
      model: modelOf(now),
      cost_before_usd: textOf(then),
      cost_after_usd: textOf(now),
      note_after: String(now["cost_note"]),
    };
    const larger = this.#largest.findIndex((one) => one.size < size);
    this.#largest.splice(larger === -1 ? this.#largest.length : larger, 0, { size, single });
    this.#largest = this.#largest.slice(0, PROPOSAL_LARGEST_MAX);
  }

  figures(): ProposalFigures {
    const lines = this.#lines();
    const sum = (of: (moved: Moved) => number) =>
      [...this.#moved.values()].reduce((all, one) => all + of(one), 0);
    const [before, after] = [this.#before.cost(), this.#after.cost()];
    return {
      calls: this.#calls,
      changed: this.#changed,
      newly_priced: sum(({ newlyPriced }) => newlyPriced),
      newly_unpriced: sum(({ newlyUnpriced }) => newlyUnpriced),
      cost_before_usd: before,
      cost_after_usd: after,
      change_usd: formatMoney((moneyOf(after) - moneyOf(before)) as Money),
      rated_with:
        this.#offsets === null
          ? null
          : { from_offset: String(this.#offsets[0]), to_offset: String(this.#offsets[1]) },
      lines: lines.slice(0, PROPOSAL_LINES_MAX),
      lines_left_out: Math.max(0, lines.length - PROPOSAL_LINES_MAX),
      largest: this.#largest.map(({ single }) => single),
      standing_sha256: this.#standing,
      changes_sha256: this.#hash.copy().digest("hex"),
    };
  }

  /** Every team and model whose sums or calls move, largest change first. */
  #lines(): ProposalLine[] {
    const names = new Totals();
    for (const total of [...this.#before.list(), ...this.#after.list()])
      names.addTotal({ ...total, calls: 1n });
    for (const { team, model } of this.#moved.values())
      names.addTotal({ team, model, calls: 1n, unpriced: 0n, cost: 0n as Money });
    const lines = names.list().flatMap(({ team, model }) => {
      const [then, now] = [this.#before.of(team, model), this.#after.of(team, model)];
      const moved = this.#moved.get(JSON.stringify([team, model]));
      const change = now.cost - then.cost;
      if (moved === undefined && change === 0n && now.calls === then.calls) return [];
      const line: ProposalLine = {
        team,
        model,
        calls_before: Number(then.calls),
        calls_after: Number(now.calls),
        changed: moved?.changed ?? 0,
        newly_priced: moved?.newlyPriced ?? 0,
        newly_unpriced: moved?.newlyUnpriced ?? 0,
        cost_before_usd: formatMoney(then.cost),
        cost_after_usd: formatMoney(now.cost),
        change_usd: formatMoney(change as Money),
      };
      return [{ size: change < 0n ? -change : change, line }];
    });
    return lines.sort((a, b) => (a.size === b.size ? 0 : a.size > b.size ? -1 : 1)).map(({ line }) => line);
  }
}

/** What of a call a run may change. */
const HASHED = [
  "team",
  "cost_center",
  "allocation_id",
  "model_canonical",
  "cost_usd",
  "list_usd",
  "cost_status",
  "cost_note",
  "price_id",
] as const;

function modelOf(row: PlainRow): string {
  return String(row["model_canonical"] || row["model"]);
}

function textOf(row: PlainRow): string | null {
  return row["cost_usd"] === null ? null : String(row["cost_usd"]);
}

function amountOf(row: PlainRow): bigint {
  return row["cost_usd"] === null ? 0n : moneyOf(String(row["cost_usd"]));
}

function moneyOf(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`a row holds the cost ${text}`);
  return read.value;
}
