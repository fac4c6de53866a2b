import { readCount } from "#core/reconcile/figures.ts";
import type { InvoiceMeter } from "#core/reconcile/invoice.ts";
import { no, ok, type Result } from "#core/result.ts";

type Members = Readonly<Record<string, unknown>>;
type Quantities = Partial<Record<InvoiceMeter, bigint>>;

/**
 * What LiteLLM counted. Its `prompt_tokens` include what was read from and written to a cache, so the uncached part is
 * the rest. Where no cache figure stands beside them nothing tells the parts, and only the sum can be compared.
 * `usage` is what holds the cache figures: a usage object, or the figures of a day.
 */
export function litellmTokens(figures: Members, usage: Members | null): Result<Quantities, "bad_number"> {
  const details = membersOf(usage?.["prompt_tokens_details"]);
  const written = membersOf(details["cache_creation_token_details"] ?? usage?.["cache_creation"]);
  const read = counts({
    prompt: figures["prompt_tokens"],
    output: figures["completion_tokens"],
    total: figures["total_tokens"],
    read: usage?.["cache_read_input_tokens"] ?? details["cached_tokens"],
    write:
      usage?.["cache_creation_input_tokens"] ??
      details["cache_creation_tokens"] ??
      details["cache_write_tokens"],
    write5m: written["ephemeral_5m_input_tokens"],
    write1h: written["ephemeral_1h_input_tokens"],
    searches: membersOf(usage?.["server_tool_use"])["web_search_requests"] ?? details["web_search_requests"],
  });
  if (!read.ok) return read;
  const { prompt, output, total, write5m, write1h, searches, ...cache } = read.value;
  const sum = total ?? (prompt ?? 0n) + (output ?? 0n);
  if (prompt === null || output === null || (cache.read === null && cache.write === null))
    return ok({ total_tokens: sum });
  const split = (write5m ?? 0n) + (write1h ?? 0n);
  const write = cache.write ?? split;
  const input = prompt - (cache.read ?? 0n) - write;
  if (input < 0n) return no("bad_number", `${prompt} prompt_tokens are fewer than the cached ones`);
  const isSplit = split > 0n && split === write;
  return ok({
    input_tokens: input,
    cache_read_tokens: cache.read ?? 0n,
    output_tokens: output,
    ...(isSplit
      ? { cache_write_5m_tokens: write5m ?? 0n, cache_write_1h_tokens: write1h ?? 0n }
      : { cache_write_tokens: write }),
    ...(searches === null ? {} : { web_search_requests: searches }),
  });
}

export function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function counts<Name extends string>(
  values: Record<Name, unknown>,
): Result<Record<Name, bigint | null>, "bad_number"> {
  const found: [string, bigint | null][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "") {
      found.push([name, null]);
      continue;
    }
    const read = readCount(value);
    if (!read.ok) return read;
    found.push([name, read.value]);
  }
  return ok(Object.fromEntries(found) as Record<Name, bigint | null>);
}
