/** A response event in structured mode with everything that the contract demands; tests change single fields. */
export function responseEvent(changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}) {
  return {
    specversion: "1.0",
    type: "spendtrail.response.v1",
    source: "/gateways/eu-1",
    id: "call-7f3a-response",
    time: "2026-11-23T10:00:00.000Z",
    data: {
      gateway: "canonical",
      platform: "anthropic-api",
      model: "claude-opus-5",
      team: "search",
      outcome: "success",
      meters: { input_tokens: 12, output_tokens: 80 },
      ...data,
    },
    ...changes,
  };
}
