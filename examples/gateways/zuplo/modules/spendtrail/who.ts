import { membersOf, textOf } from "./json.ts";
import { SESSION_HEADER, type UsageOptions } from "./options.ts";

/** What is read of a Zuplo request. */
export interface GatewayRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly user?: { readonly sub: string; readonly data?: unknown } | undefined;
}

/** Who called: the app or person that Zuplo authenticated, and what the client says of itself. */
export function whoOf(request: GatewayRequest, options: UsageOptions) {
  const header = (name: string) => textOf(request.headers.get(name));
  const subject = textOf(request.user?.sub);
  const isApp = options.subject !== "person";
  const named = options.teamMetadata && membersOf(request.user?.data)[options.teamMetadata];
  const session = header(options.sessionHeader ?? SESSION_HEADER);
  return {
    client_request_id: header("x-client-request-id"),
    trace_id: /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(header("traceparent") ?? "")?.[1] ?? null,
    session_id: session,
    session_id_source: session === null ? null : "header",
    agent: header("x-claude-code-agent-id"),
    parent_agent: header("x-claude-code-parent-agent-id"),
    // What Zuplo authenticated pays: the app's team, else the app itself.
    team: textOf(options.team) ?? textOf(named) ?? (isApp ? subject : null),
    project: isApp ? subject : null,
    user: isApp ? null : subject,
    client: /^[^\s/]{1,64}\/[^\s();,]{1,64}/.exec(header("user-agent") ?? "")?.[0] ?? null,
  };
}
