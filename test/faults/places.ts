import { type Field, GROUP } from "#test/faults/field.ts";

/** The committed offset of partition 0. */
export async function placeOf(field: Field): Promise<string> {
  return String((await placesOf(field)).get(0) ?? "");
}

/** The sum of the committed offsets: how many records the group has dealt with. */
export async function placeSum(field: Field): Promise<number> {
  return [...(await placesOf(field)).values()].reduce((sum, offset) => sum + Math.max(0, offset), 0);
}

async function placesOf(field: Field): Promise<ReadonlyMap<number, number>> {
  const [at] = await field.admin((tool) =>
    tool.fetchOffsets({ groupId: GROUP, topics: [field.topics.records] }),
  );
  return new Map((at?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
}

const LOOK_MS = 500;

/** Looks at the committed offsets until told; then says how often one had gone back. */
export function watchPlaces(field: Field): { stop(): Promise<number> } {
  let isDone = false;
  let wentBack = 0;
  const watching = (async () => {
    let before: ReadonlyMap<number, number> = new Map();
    while (!isDone) {
      // A coordinator that moves answers nothing for a moment.
      const now = await placesOf(field).catch(() => before);
      for (const [partition, offset] of now) if (offset < (before.get(partition) ?? -1)) wentBack += 1;
      before = now;
      await new Promise((later) => setTimeout(later, LOOK_MS));
    }
  })();
  return {
    stop: async () => {
      isDone = true;
      await watching;
      return wentBack;
    },
  };
}
