export type Latest<One> =
  | { readonly found: "one"; readonly one: One }
  | { readonly found: "none" }
  /** Several are equally right. The ids are sorted, whatever order they were imported in. */
  | { readonly found: "ambiguous"; readonly ids: readonly string[] };

/** The one that began last of several that fit equally well; where two began at once there is no silent pick. */
export function latestInForce<One extends { readonly id: string; readonly fromMs: number }>(
  fitting: readonly One[],
): Latest<One> {
  const latestMs = Math.max(...fitting.map(({ fromMs }) => fromMs));
  const [one, ...others] = fitting.filter(({ fromMs }) => fromMs === latestMs);
  if (one === undefined) return { found: "none" };
  if (others.length > 0) return { found: "ambiguous", ids: [one, ...others].map(({ id }) => id).sort() };
  return { found: "one", one };
}
