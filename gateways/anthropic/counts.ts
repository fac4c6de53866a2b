import { type Meters, NO_METERS } from "#core/meters.ts";
import type { Members } from "#gateways/anthropic/members.ts";
import { membersOf } from "#gateways/anthropic/members.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

/** The token counts that a `usage` object and each of its iterations state; `input` is without cached tokens. */
export interface AnthropicCounts {
  readonly input: number | null;
  readonly read: number | null;
  readonly write: number | null;
  readonly write5m: number | null;
  readonly write1h: number | null;
  readonly output: number | null;
}

/** The counts of a `usage` object or of an iteration. A `cache_creation` that is no object is a fault. */
export function readCounts(usage: Members, where: string, fields: FieldReader): AnthropicCounts {
  const count = (of: Members, name: string) => fields.count(of[name], `${where}.${name}`);
  const stated = usage["cache_creation"] ?? null;
  const split = membersOf(stated);
  if (split === null && stated !== null)
    fields.fail("usage_unreadable", `${where}.cache_creation is no object`);
  return {
    input: count(usage, "input_tokens"),
    read: count(usage, "cache_read_input_tokens"),
    write: count(usage, "cache_creation_input_tokens"),
    write5m: split === null ? null : count(split, "ephemeral_5m_input_tokens"),
    write1h: split === null ? null : count(split, "ephemeral_1h_input_tokens"),
    output: count(usage, "output_tokens"),
  };
}

/** The counts as disjoint meters. */
export function metersOf(counts: AnthropicCounts, fields: FieldReader): Meters {
  const { input: prompt, read, write, write5m, write1h } = counts;
  return {
    ...NO_METERS,
    ...promptMeters({ prompt, read, write, write5m, write1h, includesCache: false }, fields),
    output_tokens: counts.output,
  };
}

/** Whether no count is stated. */
export function isSilent(counts: AnthropicCounts): boolean {
  return Object.values(counts).every((count) => count === null);
}
