import { createHash } from "node:crypto";
import { proposalId, type RunProposalSetting } from "#core/settings/run-proposal.ts";
import { RunScope } from "#core/settings/run-scope.ts";

/** A proposal over a scope without calls: as the fold and the API take it, with what is to be changed. */
export function emptyProposal(number: number, change: Partial<RunProposalSetting> = {}): RunProposalSetting {
  const nothing = createHash("sha256").update("spendtrail.scope.v1\n").digest("hex");
  return {
    id: proposalId(number),
    kind: "re_rate",
    from: "1990-01-01T00:00:00.000Z",
    to: "1990-02-01T00:00:00.000Z",
    scope: RunScope.parse({ teams: ["nobody"] }),
    settings_offset: "-1",
    requested_by: "somebody",
    figures: {
      ...{ calls: 0, changed: 0, newly_priced: 0, newly_unpriced: 0 },
      ...{ cost_before_usd: "0", cost_after_usd: "0", change_usd: "0", rated_with: null },
      ...{ lines: [], lines_left_out: 0, largest: [] },
      ...{ standing_sha256: nothing, changes_sha256: nothing },
    },
    state: "proposed",
    approved_by: null,
    request: null,
    detail: null,
    ...change,
  };
}
