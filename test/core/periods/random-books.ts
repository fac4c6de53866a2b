import type { Book } from "#core/periods/posting.ts";
import { seeded } from "#test/core/seeded.ts";

const DAY_MS = 86_400_000;

/** Books as the fold allows them: without gaps, the closed ones first, cuts that only go up. */
export function randomBooks(seed: number): { books: readonly Book[]; random: ReturnType<typeof seeded> } {
  const random = seeded(seed);
  const books: Book[] = [];
  const closed = random.below(5);
  let [fromMs, cut] = [Date.UTC(2011, random.below(12), 1), 0];
  for (let index = 0; index < closed + random.below(3); index++) {
    const toMs = fromMs + (1 + random.below(40)) * DAY_MS;
    cut = Math.max(cut, toMs + random.below(30 * DAY_MS));
    books.push({ id: `p${index}`, fromMs, toMs, closedAtMs: index < closed ? cut : null });
    fromMs = toMs;
  }
  return { books, random };
}

/** A row's times: anywhere around the books, often at one of their edges. */
export function randomMoment(books: readonly Book[], random: ReturnType<typeof seeded>) {
  const edges = books.flatMap(({ fromMs, toMs, closedAtMs }) => [fromMs, toMs, closedAtMs ?? toMs]);
  const around = () => {
    const edge = edges.length === 0 ? Date.UTC(2011, 5, 1) : random.pick(edges);
    return edge + (random.below(3) === 0 ? random.below(3) - 1 : random.below(60 * DAY_MS) - 30 * DAY_MS);
  };
  const eventTimeMs = around();
  return { eventTimeMs, ingestedAtMs: Math.max(eventTimeMs, around()), epoch: random.pick([0, 0, 1, 2, 9]) };
}
