import { createHash, type Hash } from "node:crypto";
import type { Input, Portion } from "#cli/import/input.ts";
import type { Mark } from "#cli/import/marks.ts";

/** Elements that no earlier run has confirmed, each with the id that it is stamped with. */
export interface Onward {
  readonly elements: readonly { readonly bytes: Buffer; readonly recordId: string }[];
  /** Elements that an earlier run has confirmed, passed over just before these. */
  readonly already: number;
  /** What to note once these are confirmed; null where nothing new came. */
  readonly mark: Mark | null;
}

/** The content before the mark is not what an earlier run has imported: the input was written anew. */
class OtherContent extends Error {}

/**
 * Reads an input from behind its mark on. What lies before the mark is compared by its digest; an input that was
 * written anew is read from its beginning.
 */
export async function* readOnward(
  input: Input,
  source: string,
  marks: ReadonlyMap<string, Mark>,
  onOther: () => void,
): AsyncGenerator<Onward> {
  const known = input.id === null ? undefined : marks.get(input.id);
  if (known?.done) {
    yield { elements: [], already: known.elements, mark: null };
    return;
  }
  try {
    yield* attempt(input, source, marks);
  } catch (error) {
    if (!(error instanceof OtherContent)) throw error;
    onOther();
    yield* attempt(input, source, new Map());
  }
}

async function* attempt(
  input: Input,
  source: string,
  marks: ReadonlyMap<string, Mark>,
): AsyncGenerator<Onward> {
  let place: Place | null = null;
  const cursor = (input.id === null ? undefined : marks.get(input.id))?.cursor ?? null;
  for await (const portion of input.read(cursor)) {
    place ??= placeOf(input, source, portion, marks);
    yield take(portion, place, input, false);
  }
  if (place === null) return;
  if (place.before !== null) throw new OtherContent("is shorter than what was imported of it");
  if (input.isFinal) yield take({ elements: [], cursor: null }, place, input, true);
}

interface Place {
  readonly id: string;
  readonly source: string;
  readonly first: string;
  readonly digest: Hash;
  elements: number;
  /** The mark that is still ahead; null once it is passed. */
  before: Mark | null;
}

function placeOf(input: Input, source: string, portion: Portion, marks: ReadonlyMap<string, Mark>): Place {
  const first = hash(portion.elements[0] ?? Buffer.alloc(0));
  const id = input.id ?? first;
  const mark = marks.get(id) ?? null;
  const isBehind = mark !== null && mark.cursor !== null;
  return {
    id,
    source,
    first,
    digest: createHash("sha256"),
    elements: isBehind ? mark.elements : 0,
    before: isBehind || mark?.elements === 0 ? null : mark,
  };
}

function take(portion: Portion, place: Place, input: Input, done: boolean): Onward {
  const elements: { bytes: Buffer; recordId: string }[] = [];
  let already = 0;
  for (const bytes of portion.elements) {
    if (input.isOrdered) place.digest.update(`${bytes.length}:`).update(bytes);
    place.elements += 1;
    if (place.before !== null) {
      already += 1;
      pass(place, place.before);
      continue;
    }
    elements.push({ bytes, recordId: recordIdOf(bytes, place, input) });
  }
  const digest = input.isOrdered ? digestOf(place.digest) : "";
  const mark = { input: place.id, elements: place.elements, digest, cursor: portion.cursor, done };
  return { elements, already, mark: elements.length > 0 || done ? mark : null };
}

function pass(place: Place, mark: Mark): void {
  if (place.elements < mark.elements) return;
  if (digestOf(place.digest) !== mark.digest) throw new OtherContent("is not what was imported of it");
  place.before = null;
}

/**
 * Made of the content alone, so that a copy of a file, or the same file again, gives the same ids; and of the place
 * among the elements, because two calls may have been recorded with the same bytes.
 */
function recordIdOf(bytes: Buffer, { source, first, elements }: Place, { isOrdered }: Input): string {
  const place = isOrdered ? `${first}/${elements}` : "";
  const hex = createHash("sha256")
    .update(JSON.stringify([source, place]))
    .update(bytes)
    .digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

function digestOf(digest: Hash): string {
  return digest.copy().digest("hex").slice(0, 32);
}
