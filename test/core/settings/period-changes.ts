import type { PeriodSetting } from "#core/settings/period.ts";

/** Builders of periods and their changes for tests. */
let counter = 0;
const changeId = () => `00000000-0000-4000-a000-${(++counter).toString(16).padStart(12, "0")}`;

export const NO_FIGURES = {
  ...{ calls: "0", cost_rated_usd: "0", cost_estimated_usd: "0", cost_gateway_usd: "0" },
  ...{ estimated_calls: "0", gateway_calls: "0", unpriced_calls: "0" },
  ...{ input_tokens: null, cache_read_tokens: null, cache_write_5m_tokens: null },
  ...{ cache_write_1h_tokens: null, cache_write_tokens: null, output_tokens: null },
  ...{ thinking_tokens: null, web_search_requests: null },
};

/** A month of 2026 in UTC, open unless it is said otherwise. */
export function month(number: number, more: Partial<PeriodSetting> = {}): PeriodSetting {
  const begin = (at: number) => new Date(Date.UTC(2026, at - 1, 1)).toISOString();
  return {
    id: begin(number).slice(0, 7),
    ...{ zone: "UTC", from: begin(number), to: begin(number + 1), state: "open" },
    ...{ soft_closed_at: null, closed_at: null, snapshot: null, reopening: null, reopenings: [] },
    ...more,
  };
}

export function closed(number: number, closed_at: string, more: Partial<PeriodSetting> = {}): PeriodSetting {
  const snapshot = {
    ...{ totals: NO_FIGURES, lines: 0, sha256: "a".repeat(64), settings_offset: "1", data_until: null },
    ...{ accepted: [], closed_by: "anna", reason: "month end" },
  };
  return month(number, { state: "closed", closed_at, snapshot, ...more });
}

export function periodChange(value: PeriodSetting, expected_version: number, actor = "anna") {
  const { id } = value;
  return { kind: "period", change_id: changeId(), id, expected_version, value, actor, reason: "a test" };
}

export function removal(id: string, expected_version: number) {
  const change_id = changeId();
  return { kind: "period", change_id, id, expected_version, value: null, actor: "anna", reason: "a test" };
}
