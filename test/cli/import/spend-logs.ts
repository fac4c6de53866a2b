/** A row of LiteLLM's SpendLogs as its table holds it, with what the caller wants changed. */
export function spendLog(
  at: number,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const start = new Date(Date.UTC(2026, 8, 1, 6) + at * 61_000 + 137);
  const naive = (time: Date) => time.toISOString().replace("T", " ").replace("Z", "");
  return {
    request_id: `msg_01Spend${String(at).padStart(6, "0")}`,
    call_type: "anthropic_messages",
    api_key: "9c".repeat(32),
    spend: 0.0105,
    total_tokens: 1500,
    prompt_tokens: 1000,
    completion_tokens: 500,
    startTime: naive(start),
    endTime: naive(new Date(start.getTime() + 2_410)),
    completionStartTime: naive(new Date(start.getTime() + 702)),
    model: "claude-sonnet-4-5-20250929",
    model_id: "deployment-eu-1",
    model_group: "sonnet",
    custom_llm_provider: "anthropic",
    api_base: "https://api.anthropic.com",
    user: "kim@example.com",
    metadata: {
      user_api_key_alias: "search-batch",
      user_api_key_team_id: "search",
      status: "success",
      note: 'says "so", twice,\nover two lines',
      additional_usage_values: {},
      usage_object: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
    },
    cache_hit: "False",
    request_tags: ["nightly", "eu"],
    team_id: "search",
    end_user: "",
    requester_ip_address: null,
    session_id: `5e55${String(at % 7).padStart(4, "0")}`,
    status: "success",
    messages: {},
    response: {},
    ...changes,
  };
}

/** As `\copy … TO … WITH (FORMAT csv, HEADER)` writes it: NULL is an empty cell, the empty text two quotes. */
export function asCsv(rows: readonly Record<string, unknown>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cell = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return text === "" || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return lines.map((line) => `${line.map(cell).join(",")}\n`).join("");
}
