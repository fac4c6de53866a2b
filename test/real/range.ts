const DAY_MS = 86_400_000;

/** Yesterday until tomorrow, as the query API takes it. */
export function range(): string {
  const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  return `from=${day(-1)}&to=${day(2)}`;
}
