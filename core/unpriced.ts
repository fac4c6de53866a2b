/**
 * A call, or a part of one, that has no price: the one definition, over rows of calls and of their rollups. It is in no
 * sum of costs and counted in every answer; whoever counts sums `sign`, so one that was rated later is gone.
 */
export const UNPRICED_SQL = "cost_status = 'unpriced'";
