import { readPython } from "#core/python/literal.ts";
import { pythonValue } from "#core/python/node.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

type Members = Readonly<Record<string, unknown>>;

/** Whether it is the record that LiteLLM writes under `generic_api_use_v1`. */
export function isV1(record: Members): boolean {
  return "modelParameters" in record && !("model_parameters" in record);
}

/**
 * The record of `generic_api_use_v1` in the shape of a `StandardLoggingPayload`. Each of its values is what Python's
 * `str` makes of it (`GenericAPILogger._get_v1_logging_payload`), so usage and metadata are Python literals. Only calls
 * that succeeded have such a record: building one of a failure fails at the missing usage. Its times are the server's
 * clock without a zone; containers run in UTC.
 */
export function fromV1(record: Members): Result<Members, RejectReason> {
  const metadata = literal(record["metadata"]);
  if (metadata === undefined || Array.isArray(metadata) || typeof metadata === "string")
    return no("bad_shape", "metadata is no Python dict that can be read for sure");
  const usage = literal(record["usage"]);
  if (usage === undefined)
    return no("usage_unreadable", "usage is no Python literal that can be read for sure");
  const said = (metadata ?? {}) as Members;
  const deployment = said["deployment"];
  return ok({
    id: unlessNone(record["id"]),
    status: "success",
    call_type: callTypeOf(record["call_type"]),
    cache_hit: record["cache_hit"],
    startTime: unlessNone(record["startTime"]),
    endTime: unlessNone(record["endTime"]),
    model: unlessNone(record["model"]),
    model_group: said["model_group"],
    custom_llm_provider: typeof deployment === "string" ? /^([a-z_]+)\//.exec(deployment)?.[1] : null,
    api_base: said["api_base"],
    response_cost: unlessNone(record["cost"]),
    request_tags: said["tags"],
    end_user: unlessNone(record["user"]),
    metadata: {
      ...said,
      usage_object: usage,
      requester_metadata: said["requester_metadata"] ?? { user_id: said["user_id"] },
      requester_custom_headers: said["headers"],
    },
  });
}

/** undefined: no literal that can be read. */
function literal(text: unknown): unknown {
  if (text === undefined || text === null || text === "" || text === "None") return null;
  const node = typeof text === "string" ? readPython(text) : null;
  return node === null ? undefined : pythonValue(node);
}

function unlessNone(value: unknown): unknown {
  return value === "None" ? null : value;
}

/** An enum's member has its class before it: `CallTypes.acompletion`; the library's own calls have `litellm.`. */
function callTypeOf(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(?:CallTypes|litellm)\./, "") : value;
}
