import { describe, expect, test } from "vitest";
import type { Position } from "#core/adapter.ts";
import { rowVersion } from "#ingest/row-version.ts";

const BASE: Position = { topic: "t", partition: 0, offset: 41n, element: 0, appendTimeMs: 1_795_000_000_000 };
const version = (quality: "final" | "estimated" | "provisional" | "missing", at: Partial<Position> = {}) =>
  rowVersion(quality, { ...BASE, ...at });

describe("of two rows under one key the larger version stays", () => {
  test.each<[string, bigint, bigint]>([
    [
      "better usage, even if it came a year later",
      version("final", { appendTimeMs: 1_826_536_000_000 }),
      version("estimated"),
    ],
    ["an estimate before what broke off", version("estimated"), version("provisional")],
    ["anything before nothing", version("provisional", { appendTimeMs: 4e12 }), version("missing")],
    [
      "the earlier by a millisecond, wherever it lies",
      version("final", { offset: 9_000_000n }),
      version("final", { appendTimeMs: 1_795_000_000_001 }),
    ],
    ["the lower offset at the same time", version("final"), version("final", { offset: 42n })],
    ["the lower element of one record", version("final"), version("final", { element: 1 })],
    [
      "the lower offset, whatever the elements",
      version("final", { element: 9_999 }),
      version("final", { offset: 42n }),
    ],
    ["one without a time before one that has any", version("final", { appendTimeMs: 0 }), version("final")],
  ])("%s", (_what, kept, dropped) => {
    expect(kept).toBeGreaterThan(dropped);
  });

  test("all fit the column", () => {
    expect(version("final", { appendTimeMs: 0, offset: 0n })).toBe(2n ** 64n - 1n);
    expect(version("missing", { appendTimeMs: 1e15, offset: 8191n, element: 10_000 })).toBe(0n);
  });
});
