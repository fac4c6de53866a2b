import type { AdaptContext } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { contextOf, eventOf, type Json } from "#test/gateways/support.ts";

export function context(source: Partial<SourceSetting> = {}): AdaptContext {
  return contextOf({ gateway: "claude-code", ...source });
}

/** The one call that a record has to be. */
export function dataOf(record: Json, source: Partial<SourceSetting> = {}): ResponseData {
  return eventOf(record, context(source)).data;
}

/** A copy with some of its attributes changed; undefined takes one out. */
export function withAttributes(record: Json, changes: Json): Json {
  const attributes = { ...(record["attributes"] as Json), ...changes };
  return { ...record, attributes: JSON.parse(JSON.stringify(attributes)) };
}
