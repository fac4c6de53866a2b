import { z } from "zod";

/** Whether what is proposed must be approved by somebody other than who asked for it. One, of id `runs`. */
export const ApprovalPolicySetting = z.strictObject({
  id: z.enum(["runs"]).describe("What it is about: re-rates and re-attributions."),
  approval: z
    .enum(["none", "other"])
    .describe(
      "`other`: a proposal is applied only after another key than the requester's has approved it, and no replay rewrites what stands. `none`, which is also what counts without this setting: it may be applied at once.",
    ),
});
export type ApprovalPolicySetting = z.infer<typeof ApprovalPolicySetting>;

/** Whether somebody other than the requester must approve a run. */
export function needsOther(
  policies: ReadonlyMap<string, { readonly value: ApprovalPolicySetting }>,
): boolean {
  return policies.get("runs")?.value.approval === "other";
}
