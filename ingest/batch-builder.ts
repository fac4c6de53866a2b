import type { Adapter } from "#core/adapter.ts";
import { type Attribute, attributionOf } from "#core/attribution.ts";
import { bookOf, type PriceBook } from "#core/price-book.ts";
import { userRef } from "#core/user-ref.ts";
import { type BuiltBatch, buildBatch } from "#ingest/build-batch.ts";
import type { Person } from "#ingest/element.ts";
import { type Sources, sourcesOf } from "#ingest/source-of.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface BuilderDeps {
  readonly settings: Pick<SettingsLog, "state" | "at" | "waitFor">;
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly personSalt: Buffer;
  readonly recordsTopic: string;
}

/** A settings offset that an intent names was written long before; this long the own fold may take to pass it. */
const SETTINGS_BOUND_MS = 30_000;
/** How many price books are kept: that of now, and those of unfinished batches. */
const BOOKS_MAX = 4;

/** Builds batches with the settings of now, or of an offset. Sources, price book and map of an offset are made once. */
export function createBatchBuilder(deps: BuilderDeps) {
  const known = new Map<bigint, { book: PriceBook; sources: Sources; attribute: Attribute }>();
  const at = (offset: bigint) => {
    const found = known.get(offset);
    if (found !== undefined) return found;
    const state = deps.settings.at(offset);
    const made = {
      book: bookOf(state),
      sources: sourcesOf(state, deps.recordsTopic),
      attribute: attributionOf(state),
    };
    known.set(offset, made);
    const oldest = known.keys().next();
    if (known.size > BOOKS_MAX && oldest.done !== true) known.delete(oldest.value);
    return made;
  };
  const refOf = rememberedRefs(deps.personSalt);
  return async (
    records: readonly LogRecord[],
    settingsOffset: bigint | null,
  ): Promise<{ batch: BuiltBatch; people: readonly Person[] }> => {
    const offset = settingsOffset ?? deps.settings.state().offset;
    if (offset >= 0n) await deps.settings.waitFor(offset, AbortSignal.timeout(SETTINGS_BOUND_MS));
    const people = new Map<string, Person>();
    const person = (name: string, source: string) => {
      const ref = refOf(name);
      if (ref !== name) people.set(ref, { userRef: ref, name, source });
      return ref;
    };
    const { book, sources, attribute } = at(offset);
    const { adapters } = deps;
    const batch = buildBatch(records, {
      book,
      sources,
      attribute,
      adapters,
      person,
      userRef: person,
      settingsOffset: offset,
    });
    return { batch, people: [...people.values()] };
  };
}

/** People recur, and a keyed hash costs more than the rest of a field. */
const REFS_MAX = 50_000;

function rememberedRefs(salt: Buffer): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (known.size >= REFS_MAX) known.clear();
    const ref = userRef(salt, name);
    // A copy: a slice of a record's text would keep the whole record in memory.
    known.set(Buffer.from(name).toString(), ref);
    return ref;
  };
}
