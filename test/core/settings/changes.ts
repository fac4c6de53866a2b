import type { SettingsMessage } from "#core/settings/fold.ts";

/** Builders of settings messages for tests: ids count up, offsets are given by the order. */
let counter = 0;
const changeId = (): string => `00000000-0000-4000-8000-${(++counter).toString(16).padStart(12, "0")}`;

const by = { actor: "test", reason: "a test" };
export const sourceChange = (name: string, expected_version: number, value: object | null = {}) => ({
  kind: "source",
  change_id: changeId(),
  id: name,
  expected_version,
  value: value === null ? null : { name, gateway: "litellm", ...value },
  ...by,
});
export const keyChange = (id: string, expected_version: number, value: object | null = {}) => ({
  kind: "key",
  change_id: changeId(),
  id,
  expected_version,
  value:
    value === null ? null : { id, label: "a key", secret_sha256: "0".repeat(64), role: "admin", ...value },
  ...by,
});
export const priceChange = (id: string, expected_version: number, value: object | null = {}) => ({
  kind: "price",
  change_id: changeId(),
  id,
  expected_version,
  value:
    value === null
      ? null
      : {
          id,
          platform: "anthropic-api",
          model: "claude-opus-5",
          effective_from: "2026-07-24T00:00:00.000Z",
          usd_per_mtok: { input_tokens: "5" },
          sources: ["a page"],
          ...value,
        },
  ...by,
});

export const discountChange = (id: string, expected_version: number, value: object | null = {}) => ({
  kind: "discount",
  change_id: changeId(),
  id,
  expected_version,
  value:
    value === null
      ? null
      : {
          id,
          percent: "10",
          effective_from: "2026-07-24T00:00:00.000Z",
          sources: ["a contract"],
          ...value,
        },
  ...by,
});

export const allocationChange = (id: string, expected_version: number, value: object | null = {}) => ({
  kind: "allocation",
  change_id: changeId(),
  id,
  expected_version,
  value:
    value === null
      ? null
      : {
          id,
          match: "team",
          value: "search",
          cost_center: "4200",
          effective_from: "2026-01-01T00:00:00.000Z",
          ...value,
        },
  ...by,
});

export const BEGIN_MS = Date.UTC(2026, 10, 1);

/** Messages as they would lie on the topic: an object as JSON, a string and null as they are. */
export function messages(...contents: readonly (object | string | null)[]): SettingsMessage[] {
  return contents.map((content, index) => ({
    offset: BigInt(index),
    appendTimeMs: BEGIN_MS + index,
    value:
      content === null ? null : Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
  }));
}
