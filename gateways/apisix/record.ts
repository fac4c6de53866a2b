import { z } from "zod";
import { luaHeaders, luaTable } from "#gateways/lua-table.ts";

const leaf = z.unknown().optional();

/**
 * What is read of an APISIX log record: the full log of its logger plugins (apisix/utils/log-util.lua) with the
 * summary that `ai-proxy` and `ai-proxy-multi` add when `logging.summaries` is on. Other members are ignored.
 */
export const ApisixRecord = z.object({
  request: luaTable({ method: leaf, uri: leaf, headers: luaHeaders }),
  response: luaTable({ status: leaf, headers: luaHeaders }),
  server: luaTable({ version: leaf }),
  consumer: luaTable({ username: leaf, group_id: leaf }),
  upstream: leaf,
  upstream_latency: leaf,
  apisix_latency: leaf,
  latency: leaf,
  start_time: leaf,
  route_id: leaf,
  service_id: leaf,
  llm_summary: luaTable({
    request_model: leaf,
    model: leaf,
    duration: leaf,
    prompt_tokens: leaf,
    completion_tokens: leaf,
    total_tokens: leaf,
    cache_read_input_tokens: leaf,
    cache_creation_input_tokens: leaf,
    reasoning_tokens: leaf,
    stream: leaf,
    end_user_id: leaf,
  }),
});
export type ApisixRecord = z.infer<typeof ApisixRecord>;
export type LlmSummary = NonNullable<ApisixRecord["llm_summary"]>;
