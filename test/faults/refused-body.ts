/** Makes an event into one that the contract does not allow. */
export type Refusing = (event: Record<string, unknown>, data: Record<string, unknown>) => void;

/** A response as the contract has it, and then spoilt. */
export function refusedBody(id: string, refuse: Refusing): Buffer {
  const started_at = new Date().toISOString();
  const data: Record<string, unknown> = {
    ...{ gateway: "canonical", platform: "anthropic-api", model: "claude-opus-5", team: "search" },
    ...{ started_at, outcome: "success", meters: { input_tokens: 5, output_tokens: 5 } },
  };
  const envelope = { specversion: "1.0", id, source: "faults/gateway", type: "spendtrail.response.v1" };
  const event: Record<string, unknown> = { ...envelope, time: started_at, data };
  refuse(event, data);
  return Buffer.from(JSON.stringify(event));
}
