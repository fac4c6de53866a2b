import { z } from "zod";

const leaf = z.unknown().optional();

/**
 * An audit line of the Claude apps gateway, as far as it is read. Its documentation names the events and some members;
 * the others are read where they stand, and a line without them is as good.
 */
export const AuditLine = z.object({
  evt: leaf,
  ts: leaf,
  time: leaf,
  timestamp: leaf,
  "@timestamp": leaf,
  sub: leaf,
  email: leaf,
  actor: leaf,
  model: leaf,
  upstream: leaf,
  status: leaf,
  result: leaf,
  reason: leaf,
  method: leaf,
  path: leaf,
  version: leaf,
  policy_index: leaf,
  checksum: leaf,
  scope: z.object({ type: leaf, rbac_group_id: leaf }).nullish().catch(null),
  period: leaf,
  amount: leaf,
  limit_id: leaf,
});
export type AuditLine = z.infer<typeof AuditLine>;
