import type { UsageQuality } from "#core/event-data.ts";
import type { MetersMap } from "#core/mapping/figures.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

export interface ProfiledUsage {
  readonly meters: Meters;
  readonly quality: UsageQuality;
}

const FIGURES = [
  "prompt",
  "output",
  "thinking",
  "cache_read",
  "cache_write",
  "cache_write_5m",
  "cache_write_1h",
  "web_search",
  "total",
] as const;
type Figures = Readonly<Record<(typeof FIGURES)[number], number | null>>;

/** What a call used, in disjoint meters; figures that contradict each other are a fault, never a guess. */
export function readMeters(
  map: MetersMap | undefined,
  declared: boolean | null,
  record: RecordReader,
  fields: FieldReader,
): ProfiledUsage {
  const read = (name: (typeof FIGURES)[number]) => fields.count(record.get(map?.[name]), nameOf(map?.[name]));
  const figures = Object.fromEntries(FIGURES.map((name) => [name, read(name)])) as Figures;
  const other = readOther(map, record, fields);
  const told = FIGURES.filter(
    (name) => figures[name] !== null && (map?.zero !== "unknown_if_all" || figures[name] !== 0),
  );
  if (map === undefined || (told.length === 0 && other.length === 0))
    return { meters: NO_METERS, quality: "missing" };
  const includesCache = declared ?? map.includes_cache;
  const write = figures.cache_write ?? sum(figures.cache_write_5m, figures.cache_write_1h);
  const cached = (figures.cache_read ?? 0) + (write ?? 0);
  if (includesCache === null && cached > 0)
    fields.fail(
      "usage_unreadable",
      `has ${cached} cached tokens, and nothing says whether ${nameOf(map.prompt)} includes them; declare the source's input_includes_cache`,
    );
  checkTotal(map, figures, includesCache === true ? 0 : cached, fields);
  const meters: Meters = {
    ...NO_METERS,
    ...promptMeters(countsOf(figures, includesCache ?? true), fields),
    output_tokens: figures.output,
    thinking_tokens: figures.thinking,
    web_search_requests: figures.web_search,
    other,
    ...(map.elsewhere.includes("prompt") ? { input_tokens: 0 } : {}),
    ...(map.elsewhere.includes("output") ? { output_tokens: 0 } : {}),
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  const isPromptHere = !map.elsewhere.includes("prompt") && (figures.prompt ?? 0) > 0;
  const isSplit = figures.cache_read !== null || write !== null;
  return { meters, quality: isPromptHere && !isSplit ? map.without_cache_counts : "final" };
}

function countsOf(figures: Figures, includesCache: boolean) {
  return {
    prompt: figures.prompt,
    read: figures.cache_read,
    write: figures.cache_write,
    write5m: figures.cache_write_5m,
    write1h: figures.cache_write_1h,
    includesCache,
  };
}

function checkTotal(map: MetersMap, figures: Figures, apart: number, fields: FieldReader): void {
  const { total, prompt, output } = figures;
  if (total === null || prompt === null || output === null) return;
  const plain = prompt + output;
  const fits =
    (map.total_is !== "everything" && total === plain) ||
    (map.total_is !== "prompt_plus_output" && total === plain + apart);
  if (fits) return;
  fields.fail(
    "meters_contradict",
    `${nameOf(map.total)} ${total} is not ${nameOf(map.prompt)} ${prompt} plus ${nameOf(map.output)} ${output}`,
  );
}

function readOther(map: MetersMap | undefined, record: RecordReader, fields: FieldReader): Meters["other"] {
  return (map?.other ?? []).flatMap(({ unit, quantity }) => {
    const value = record.get(quantity);
    const text = typeof value === "number" ? String(value) : value;
    if (value === undefined) return [];
    if (typeof text === "string" && /^\d{1,20}(?:\.\d{1,12})?$/.test(text))
      return Number(text) === 0 ? [] : [{ unit, quantity: text }];
    fields.fail("bad_number", `${nameOf(quantity)} is no quantity of ${unit}`);
    return [];
  });
}

function sum(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

/** A member's name in a sentence for people: its first path. */
function nameOf(paths: MetersMap["prompt"]): string {
  return (Array.isArray(paths) ? paths[0] : paths) ?? "a figure";
}
