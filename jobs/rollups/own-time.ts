/** So many rounds show among them one that nothing disturbed. */
const REMEMBERED = 16;

/**
 * What a piece of work takes by itself: its size at the shortest time a unit of late. A machine that is busy with other
 * things makes a statement long and not dearer; were the time on the clock counted, rollups would be late exactly then.
 */
export function ownTime(): (work: { readonly units: number; readonly ms: number }) => number {
  const msPerUnit: number[] = [];
  return ({ units, ms }) => {
    if (units === 0) return ms;
    msPerUnit.push(ms / units);
    if (msPerUnit.length > REMEMBERED) msPerUnit.shift();
    return units * Math.min(...msPerUnit);
  };
}
