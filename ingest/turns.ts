/**
 * Bounds how many batches are built and written at a time, whatever the number of partitions: each holds its rows and
 * their text in memory. `take` resolves to the function that gives the turn back.
 */
export function createTurns(count: number): { take(): Promise<() => void> } {
  let free = count;
  const waiting: (() => void)[] = [];
  const give = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const once = () => {
    let given = false;
    return () => {
      if (!given) give();
      given = true;
    };
  };
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return once();
    },
  };
}
