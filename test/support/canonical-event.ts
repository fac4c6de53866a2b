/** A canonical response event as JSON text, with what the caller wants changed. */
export function canonicalEvent(
  id: string,
  data: Record<string, unknown> = {},
  envelope: Record<string, unknown> = {},
): string {
  const startedAt = (data["started_at"] as string | undefined) ?? "2026-11-20T10:00:00.000Z";
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: "test/gateway",
    type: "spendtrail.response.v1",
    time: startedAt,
    ...envelope,
    data: {
      gateway: "canonical",
      platform: "anthropic-api",
      model: "claude-opus-5",
      team: "search",
      session_id: "session-1",
      started_at: startedAt,
      outcome: "success",
      meters: { input_tokens: 1000, output_tokens: 100 },
      ...data,
    },
  });
}
