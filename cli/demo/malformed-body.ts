import type { DemoCall } from "#cli/demo/call.ts";
import { kongBody } from "#cli/demo/kong-body.ts";
import { litellmBody } from "#cli/demo/litellm-body.ts";
import type { Random } from "#cli/demo/random.ts";

/** A record as a broken gateway, a full disk or a bad deploy makes it; each way is refused for a reason of its own. */
const FAULTS: readonly ((body: string, isKong: boolean) => string)[] = [
  // Cut off in the middle: not_json.
  (body) => body.slice(0, Math.floor(body.length / 2)),
  // No object where one is due: bad_shape.
  (body, isKong) =>
    isKong
      ? body.replace('"request":', '"request":7,"was":')
      : body.replace('"status":', '"status":7,"was":'),
  // Two values for one name, and readers that differ in which they take: json_duplicate_key.
  (body) => body.replace("{", '{"id":"twice","id":"two times",'),
  // not_a_record.
  () => "42",
];
/** What only a record with usage can have. */
const USAGE_FAULTS: typeof FAULTS = [
  // A counter that ran over: bad_number.
  (body) => body.replaceAll(/"prompt_tokens":\d+/g, '"prompt_tokens":-2147483648'),
  // More read from the cache than the prompt had: meters_contradict.
  (body) => body.replaceAll(/"(cached_tokens|cache_read_input_tokens)":\d+/g, '"$1":9000000'),
];

export function malformedBody(random: Random, call: DemoCall, isKong: boolean): string {
  // An answer from a cache and a failure consumed nothing, so nothing in them can contradict itself.
  const hasUsage = call.end === "success";
  const fault = random.pick(hasUsage ? [...FAULTS, ...USAGE_FAULTS] : FAULTS);
  return fault(isKong ? kongBody(call) : litellmBody(call), isKong);
}
