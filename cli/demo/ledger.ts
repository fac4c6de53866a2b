import type { DemoCall } from "#cli/demo/call.ts";
import { costOf } from "#cli/demo/models.ts";

/** What the generator knows of the traffic that it made. Amounts are in 1e-12 USD. */
export interface TrafficLedger {
  sent: number;
  accepted: number;
  rejected: number;
  distinctEvents: number;
  unpricedCalls: number;
  gatewayPricedCalls: number;
  sessions: number;
  teams: number;
  costUsd: bigint;
  readonly costByTeam: Map<string, bigint>;
  /** By the model's name as the gateway writes it. */
  readonly costByModel: Map<string, bigint>;
}

export interface Bookkeeper {
  /** A call that is sent for the first time. */
  add(call: DemoCall): void;
  /** The same record once more: taken in, and no other call. */
  repeat(): void;
  malformed(): void;
  ledger(): TrafficLedger;
}

export function createBookkeeper(): Bookkeeper {
  const sessions = new Set<string>();
  const costByTeam = new Map<string, bigint>();
  const costByModel = new Map<string, bigint>();
  const counts = {
    sent: 0,
    accepted: 0,
    rejected: 0,
    distinctEvents: 0,
    unpricedCalls: 0,
    gatewayPricedCalls: 0,
  };
  const charge = (call: DemoCall) => {
    // A refused attempt is billed nothing, and so is an answer from the gateway's own cache.
    if (call.end === "error" || call.end === "cached") return;
    // An abort without usage has no cost that anybody knows.
    if (call.end === "aborted") counts.unpricedCalls += 1;
    else if (call.model.rates === null)
      counts[call.model.gatewayKnows ? "gatewayPricedCalls" : "unpricedCalls"] += 1;
    else {
      const cost = costOf(call.model, call.usage) ?? 0n;
      costByTeam.set(call.team.id, (costByTeam.get(call.team.id) ?? 0n) + cost);
      costByModel.set(call.model.name, (costByModel.get(call.model.name) ?? 0n) + cost);
    }
  };
  return {
    add: (call) => {
      counts.sent += 1;
      counts.accepted += 1;
      counts.distinctEvents += 1;
      sessions.add(call.sessionId);
      if (!costByTeam.has(call.team.id)) costByTeam.set(call.team.id, 0n);
      charge(call);
    },
    repeat: () => {
      counts.sent += 1;
      counts.accepted += 1;
    },
    malformed: () => {
      counts.sent += 1;
      counts.rejected += 1;
    },
    ledger: () => ({
      ...counts,
      sessions: sessions.size,
      teams: costByTeam.size,
      costUsd: [...costByTeam.values()].reduce((sum, cost) => sum + cost, 0n),
      costByTeam,
      costByModel,
    }),
  };
}
