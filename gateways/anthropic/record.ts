import { z } from "zod";

const leaf = z.unknown().optional();
const headers = z.record(z.string(), z.unknown()).nullish();

const batch = z.object({ id: leaf, created_at: leaf, ended_at: leaf }).nullish();

/**
 * A call as a gateway, a proxy or a test harness captured it: docs/gateways/anthropic.md defines every member. A bare
 * message or error body and a line of a batch's results are read too. Other members are ignored.
 */
export const AnthropicRecord = z.object({
  request: z.object({ method: leaf, url: leaf, path: leaf, headers, body: leaf, started_at: leaf }).nullish(),
  response: z
    .object({
      status: leaf,
      headers,
      body: leaf,
      events: leaf,
      sse: leaf,
      first_token_at: leaf,
      ended_at: leaf,
      aborted: leaf,
    })
    .nullish(),
  id: leaf,
  gateway_version: leaf,
  attempt: leaf,
  session_id: leaf,
  team: leaf,
  team_alias: leaf,
  organization: leaf,
  project: leaf,
  user: leaf,
  end_user: leaf,
  api_key_alias: leaf,
  tags: leaf,
  // A line of a batch's results; `batch` is what the Batches API says of the whole.
  custom_id: leaf,
  result: z.object({ type: leaf, message: leaf, error: leaf }).nullish(),
  batch,
  // A bare message or error body.
  type: leaf,
});
export type AnthropicRecord = z.infer<typeof AnthropicRecord>;
