import { type SettingName, settingOf } from "#runtime/config/schema.ts";

/** A sentence on one fault: the name, what was given (a secret only by its length) and the accepted form. */
export function settingFault(name: SettingName, given: string, origin: string): string {
  const { accepts, secret, file } = settingOf(name);
  const shown =
    secret === true || file === true
      ? `${[...given].length} characters, not shown`
      : JSON.stringify(cut(given));
  return `${origin}: given ${shown}; accepted: ${accepts}`;
}

/** Of a name that is not ours: the nearest one, when it is near enough to have been meant. */
export function unknownFault(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === null
    ? `${name}: there is no such setting`
    : `${name}: there is no such setting; did you mean ${meant}?`;
}

/** The known name at the smallest edit distance, if at most a third of its letters differ. */
export function nearest(
  name: string,
  known: readonly string[],
  distanceMax = Math.floor(name.length / 3),
): string | null {
  let best: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (distance <= distanceMax && (best === null || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name ?? null;
}

/** Levenshtein's distance: how many letters to put in, take out or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

function cut(given: string): string {
  return given.length <= 80 ? given : `${given.slice(0, 80)}…`;
}
