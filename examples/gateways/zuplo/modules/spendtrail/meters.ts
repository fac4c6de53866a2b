import { countOf, type Json, membersOf, textOf } from "./json.ts";

/** Disjoint counters, as spendtrail's contract has them: unknown is null and never 0. */
export interface Meters {
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_5m_tokens: number | null;
  readonly cache_write_1h_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  readonly thinking_tokens: number | null;
  readonly web_search_requests: number | null;
}

export interface Part {
  readonly kind: string;
  readonly model: string | null;
  readonly meters: Meters;
}

export interface Usage {
  readonly meters: Meters;
  /** What the call consumed beside its own meters: compaction, an advisor, another model that stepped in. */
  readonly parts: readonly Part[];
}

/** Anthropic's `usage`: cached tokens are counted apart from the input's. Null where the figures contradict each other. */
export function anthropicUsage(usage: Json): Usage | null {
  const iterations = Array.isArray(usage["iterations"]) ? usage["iterations"].map(membersOf) : [];
  const whole = anthropicMeters(usage);
  if (whole === null || iterations.length === 0) return whole && { meters: whole, parts: [] };
  const rounds = iterations.map((round) => ({
    kind: textOf(round["type"]) ?? "message",
    model: textOf(round["model"]),
    meters: anthropicMeters(round),
  }));
  // With rounds the top level is not the bill: it leaves compaction out and may mix models.
  const own = rounds.filter(({ kind }) => kind === "message");
  const parts = rounds.filter(({ kind }) => kind !== "message");
  if (rounds.some(({ meters }) => meters === null)) return null;
  const sum = (name: keyof Meters) => total(own.map(({ meters }) => meters?.[name] ?? null));
  const output = sum("output_tokens");
  const thinking = whole.thinking_tokens;
  return {
    meters: {
      input_tokens: sum("input_tokens"),
      cache_read_tokens: sum("cache_read_tokens"),
      cache_write_5m_tokens: sum("cache_write_5m_tokens"),
      cache_write_1h_tokens: sum("cache_write_1h_tokens"),
      cache_write_tokens: sum("cache_write_tokens"),
      output_tokens: output,
      thinking_tokens: thinking !== null && output !== null && thinking <= output ? thinking : null,
      web_search_requests: whole.web_search_requests,
    },
    parts: parts.flatMap(({ kind, model, meters }) => (meters === null ? [] : [{ kind, model, meters }])),
  };
}

function anthropicMeters(usage: Json): Meters | null {
  const split = membersOf(usage["cache_creation"]);
  const write5m = countOf(split["ephemeral_5m_input_tokens"]);
  const write1h = countOf(split["ephemeral_1h_input_tokens"]);
  const written = countOf(usage["cache_creation_input_tokens"]) ?? total([write5m, write1h]);
  const isSplit = write5m !== null || write1h !== null;
  const known = (write5m ?? 0) + (write1h ?? 0);
  const output = countOf(usage["output_tokens"]);
  const thinking = countOf(membersOf(usage["output_tokens_details"])["thinking_tokens"]);
  if (isSplit && known > (written ?? 0)) return null;
  if (thinking !== null && output !== null && thinking > output) return null;
  return {
    input_tokens: countOf(usage["input_tokens"]),
    cache_read_tokens: countOf(usage["cache_read_input_tokens"]),
    cache_write_5m_tokens: isSplit ? (write5m ?? 0) : written === 0 ? 0 : null,
    cache_write_1h_tokens: isSplit ? (write1h ?? 0) : written === 0 ? 0 : null,
    cache_write_tokens: written === null ? null : written - known,
    output_tokens: output,
    thinking_tokens: thinking,
    web_search_requests: countOf(membersOf(usage["server_tool_use"])["web_search_requests"]),
  };
}

/** OpenAI's `usage` (chat completions and responses): cached tokens are a part of the prompt's. */
export function openaiUsage(usage: Json): Usage | null {
  const prompt = countOf(usage["prompt_tokens"] ?? usage["input_tokens"]);
  const output = countOf(usage["completion_tokens"] ?? usage["output_tokens"]);
  const details = membersOf(usage["prompt_tokens_details"] ?? usage["input_tokens_details"]);
  const read = countOf(details["cached_tokens"]);
  const outputDetails = membersOf(usage["completion_tokens_details"] ?? usage["output_tokens_details"]);
  const thinking = countOf(outputDetails["reasoning_tokens"]);
  if (prompt !== null && read !== null && read > prompt) return null;
  if (thinking !== null && output !== null && thinking > output) return null;
  return {
    meters: {
      input_tokens: prompt === null ? null : prompt - (read ?? 0),
      cache_read_tokens: read,
      cache_write_5m_tokens: null,
      cache_write_1h_tokens: null,
      cache_write_tokens: null,
      output_tokens: output,
      thinking_tokens: thinking,
      web_search_requests: null,
    },
    parts: [],
  };
}

export const NO_METERS: Meters = {
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  thinking_tokens: null,
  web_search_requests: null,
};

function total(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}
