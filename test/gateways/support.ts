import { globSync, readFileSync } from "node:fs";
import type { AdaptContext, Adapter } from "#core/adapter.ts";
import type { AdaptedEvent } from "#core/event.ts";
import type { ResponseData } from "#core/event-data.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { ADAPTERS } from "#gateways/registry.ts";

export type Json = Record<string, unknown>;
type Source = Partial<SourceSetting> & { readonly gateway: string };

const FOLDER = "test/gateways/fixtures/";
export const APPEND_TIME_MS = 1_795_082_500_000;

export const FIXTURES: readonly string[] = globSync(`${FOLDER}*.json`)
  .map((file) => file.slice(FOLDER.length, -".json".length))
  .sort();

/** The gateway of a fixture: the longest name of an adapter that its own name begins with. */
export function gatewayOf(name: string): string {
  const fitting = [...ADAPTERS.keys()].filter((gateway) => name.startsWith(`${gateway}-`));
  return fitting.sort((one, other) => other.length - one.length)[0] ?? name;
}

export function fixture(name: string): Json {
  return JSON.parse(readFileSync(`${FOLDER}${name}.json`, "utf8"));
}

/** A copy with some members changed; a dotted name reaches into objects, undefined takes a member out. */
export function changed(record: Json, changes: Json): Json {
  const copy = structuredClone(record);
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let here: Json = copy;
    for (const name of names) here = here[name] as Json;
    if (value === undefined) delete here[last];
    else here[last] = value;
  }
  return copy;
}

export function contextOf(
  source: Source,
  headers: Readonly<Record<string, string>> = {},
  position: Partial<AdaptContext["position"]> = {},
): AdaptContext {
  return {
    source: SourceSetting.parse({ name: `${source.gateway}-eu`, ...source }),
    position: {
      topic: "spendtrail.records",
      partition: 3,
      offset: 41n,
      appendTimeMs: APPEND_TIME_MS,
      element: 0,
      ...position,
    },
    headers: new Map(Object.entries(headers)),
  };
}

export function adapterOf(gateway: string): Adapter {
  const adapter = ADAPTERS.get(gateway);
  if (adapter === undefined) throw new Error(`no adapter for ${gateway}`);
  return adapter;
}

/** The one event of a record that has to be understood. */
export function eventOf(record: unknown, context: AdaptContext): AdaptedEvent & { data: ResponseData } {
  const adapted = adapterOf(context.source.gateway).adapt(record, context);
  if (!adapted.ok) throw new Error(`${adapted.reason}: ${adapted.detail}`);
  const [event, ...others] = adapted.value;
  if (event?.kind !== "response" || others.length > 0) throw new Error("one response was due");
  return event;
}

/** All events of a record that has to be understood. */
export function eventsOf(record: unknown, context: AdaptContext): readonly AdaptedEvent[] {
  const adapted = adapterOf(context.source.gateway).adapt(record, context);
  if (!adapted.ok) throw new Error(`${adapted.reason}: ${adapted.detail}`);
  return adapted.value;
}

/** The reason of a record's rejection, or `accepted`. */
export function reasonOf(record: unknown, context: AdaptContext): string {
  const adapted = adapterOf(context.source.gateway).adapt(record, context);
  return adapted.ok ? "accepted" : adapted.reason;
}
