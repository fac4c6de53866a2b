import { expect, test } from "vitest";
import { parseMoney } from "#core/money.ts";
import type { FocusGroup } from "#query-api/exports/focus/focus-groups.ts";
import { focusLines } from "#query-api/exports/focus/focus-lines.ts";
import { PRICE } from "#test/query-api/focus-kit.ts";

/** What a replay leaves in a month that moved a million tokens from the input to the cache's reads. */
function moved(cost: string): FocusGroup {
  const meters = { cache_write_5m_tokens: null, cache_write_1h_tokens: null, cache_write_tokens: null };
  return {
    ...{ day: "2026-11-01", month: "2026-12-01", corrects: "2026-11-01", team: "search", cost_center: "" },
    ...{ project: null, source: "app", platform: "anthropic-api", model: "claude-opus-4-1", region: null },
    ...{
      inference_geo: null,
      service_tier: null,
      speed: null,
      price_id: PRICE.id,
      cost_status: "rated",
      cost,
    },
    ...{ ...meters, input_tokens: -1_000_000n, cache_read_tokens: 1_000_000n },
    ...{ output_tokens: null, web_search_requests: null },
  };
}

test.each([
  ["at the list price", "-3.233333"],
  ["with a tenth off", "-2.9099997"],
])("a correction with meters of both signs adds up to its cost, %s", (_name, cost) => {
  const lines = focusLines(moved(cost), PRICE);
  const whole = parseMoney(cost);
  expect(lines.reduce((sum, line) => sum + line.cost, 0n)).toBe(whole.ok ? whole.value : null);
  expect(lines.slice(0, 2).map(({ meter, cost: part }) => [meter, part < 0n])).toEqual([
    ["input_tokens", true],
    ["cache_read_tokens", false],
  ]);
});
