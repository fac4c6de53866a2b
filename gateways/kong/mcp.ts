import { z } from "zod";
import type { AuditData, ResponseData } from "#core/event-data.ts";
import { detailsOf } from "#gateways/details.ts";
import { claimed } from "#gateways/field-reader.ts";

const leaf = z.unknown().optional();
/** More entries than this stay in the stored record only: a client can put any number of calls into one request. */
const ENTRIES_MAX = 256;

const Rpc = z.object({
  id: leaf,
  method: leaf,
  tool_name: leaf,
  error: leaf,
  latency: leaf,
  response_body_size: leaf,
});
const Decision = z.object({
  action: leaf,
  primitive: leaf,
  primitive_name: leaf,
  scope: leaf,
  consumer: z.object({ identifier: leaf }).nullish().catch(null),
});
const Mcp = z.object({
  mcp_session_id: leaf,
  rpc: z.array(Rpc).catch([]),
  audit: z.array(Decision).catch([]),
});

/**
 * The block `ai.mcp` of Kong's MCP proxy ("AI audit log reference"): each call over JSON-RPC and, since 3.13, each
 * decision of its access control. A denied call has a decision and no call.
 */
export function mcpAudits(mcp: unknown, response: ResponseData): AuditData[] {
  const read = Mcp.safeParse(mcp);
  if (!read.success) return [];
  const call = callOf(response);
  const session = read.data.mcp_session_id;
  const calls = read.data.rpc.slice(0, ENTRIES_MAX).flatMap((rpc) => rpcAudit(rpc, session, call) ?? []);
  const decisions = read.data.audit
    .slice(0, ENTRIES_MAX)
    .flatMap((entry) => decisionAudit(entry, session, call) ?? []);
  return [...decisions, ...calls];
}

/** Whether access control denied anything in this request, which Kong may answer with status 200. */
export function isDenied(mcp: unknown): boolean {
  if (mcp === undefined || mcp === null) return false;
  const read = Mcp.safeParse(mcp);
  return read.success && read.data.audit.some(({ action }) => action === "deny");
}

function rpcAudit(rpc: z.infer<typeof Rpc>, session: unknown, call: Call): AuditData | null {
  const method = claimed(rpc.method);
  if (method === null) return null;
  const tool = claimed(rpc.tool_name);
  const isFault = isStated(rpc.error);
  return {
    ...call,
    action: method,
    target_type: tool === null ? null : "tool",
    target_id: tool,
    outcome: isFault ? "error" : call.outcome,
    error_type: isFault ? "mcp_error" : call.error_type,
    details: detailsOf({
      rpc_id: rpc.id,
      mcp_session: session,
      latency_ms: rpc.latency,
      response_bytes: rpc.response_body_size,
    }),
  };
}

function decisionAudit(entry: z.infer<typeof Decision>, session: unknown, call: Call): AuditData | null {
  const action = claimed(entry.action, 128);
  if (action === null) return null;
  return {
    ...call,
    action: `mcp.${action}`,
    target_type: claimed(entry.primitive),
    target_id: claimed(entry.primitive_name),
    outcome: action === "deny" ? "blocked" : action === "allow" ? "success" : null,
    details: detailsOf({ scope: entry.scope, by: entry.consumer?.identifier, mcp_session: session }),
  };
}

type Call = ReturnType<typeof callOf>;

/** What the call itself says of all that happened in it. */
function callOf(response: ResponseData) {
  const {
    first_token_at: _firstToken,
    gateway_overhead_us: _overhead,
    stop_reason: _stop,
    meters: _meters,
    parts: _parts,
    usage_quality: _quality,
    gateway_cost: _cost,
    ...call
  } = response;
  return { ...call, operation: "mcp" as const, platform: null, model: null, model_requested: null };
}

/** The text of an error is content, so all that counts is whether there is one. */
function isStated(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return typeof value === "number" || typeof value === "bigint" || Boolean(value);
}
