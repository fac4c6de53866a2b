import type { Signal } from "#gateways/claude-code/signal.ts";

/** A person's own turns, in a terminal or through the SDK, and those of sub-agents. */
const CONVERSATION = /^(?:repl_main_thread|main|sdk|agent|subagent)(?::|$)/;

/**
 * Why Claude Code called by itself: the subsystem in `query_source` ("Monitoring": the main thread, `compact`, a
 * sub-agent's name, …). A sub-agent may go by a bare name, and then its agent is named beside it.
 */
export function internalOrigin(signal: Signal): string | null {
  const source = signal.text("query_source", "query_source_safe");
  if (source === null || CONVERSATION.test(source)) return null;
  return agentOf(signal) === null ? source : null;
}

/** The sub-agent that called; none in the main conversation. */
export function agentOf(signal: Signal): string | null {
  return signal.text("agent_id", "agent.id", "agent.name");
}
