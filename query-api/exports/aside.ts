/** What whoever adds up a file must know beside its sums. */
export interface Aside {
  /** Calls, or parts of calls, without a price. */
  readonly unpricedCalls: bigint;
  /** Calls, or parts of calls, at the gateway's own figure, and what that comes to in 1e-12 USD. */
  readonly gatewayCalls: bigint;
  readonly gatewayCost: bigint;
}

export const NOTHING_ASIDE: Aside = { unpricedCalls: 0n, gatewayCalls: 0n, gatewayCost: 0n };

export function addAside(one: Aside, other: Aside): Aside {
  return {
    unpricedCalls: one.unpricedCalls + other.unpricedCalls,
    gatewayCalls: one.gatewayCalls + other.gatewayCalls,
    gatewayCost: one.gatewayCost + other.gatewayCost,
  };
}
