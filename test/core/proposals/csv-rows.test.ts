import { expect, test } from "vitest";
import { readPriceRows } from "#core/proposals/csv-rows.ts";

const ROW = {
  platform: "azure-openai",
  model: "gpt-4.1-2025-04-14",
  effective_from: "2026-01-01",
  input_tokens: "2.2",
  output_tokens: "8.8",
};
const read = (...rows: Record<string, string>[]) => readPriceRows(rows, "CSV file ours.csv");
const told = (...rows: Record<string, string>[]) => {
  const result = read(...rows);
  return result.ok ? "no fault" : result.detail;
};

test("a line becomes a candidate under the model's canonical name, empty cells are not stated", () => {
  const result = read({
    ...ROW,
    cache_read_tokens: "",
    source: "price sheet of 2025-12",
    service_tier: "batch",
  });
  expect(result.ok && result.value.candidates).toMatchObject([
    {
      names: ["line 2"],
      row: {
        id: "azure-openai:gpt-4.1:batch:2026-01-01:proposed",
        model: "gpt-4.1",
        effective_from: "2026-01-01T00:00:00.000Z",
        sources: ["price sheet of 2025-12"],
        usd_per_mtok: { input_tokens: "2.2", output_tokens: "8.8", cache_read_tokens: null },
      },
    },
  ]);
});

test.each<[string, Record<string, string>, string]>([
  ["NaN", { input_tokens: "NaN" }, "line 2: input_tokens: must be a decimal string"],
  ["a negative rate", { input_tokens: "-1" }, "line 2: input_tokens: must be a decimal string"],
  ["an exponent", { output_tokens: "1e3" }, "line 2: output_tokens: must be a decimal string"],
  ["a thousands sign", { output_tokens: "1,000" }, "line 2: output_tokens"],
  ["a huge rate", { output_tokens: "9".repeat(13) }, "line 2: output_tokens"],
  ["a day that is none", { effective_from: "2026-02-30" }, "line 2: effective_from"],
  ["a band that is no number", { prompt_tokens_max: "many" }, "line 2: prompt_tokens_max"],
  ["a band below 0", { prompt_tokens_above: "-1" }, "line 2: prompt_tokens_above"],
  ["a tier that is none", { service_tier: "cheap" }, "line 2: service_tier"],
  ["a column that is none", { price: "5" }, "the columns price are not known"],
])("%s is a clear error with its line", (_name, more, fault) => {
  expect(told({ ...ROW, ...more })).toContain(fault);
});

test("a file without a row or without a column is refused, and two lines that disagree are told", () => {
  expect(told()).toContain("no row");
  expect(told({ platform: "x", model: "y" })).toContain("effective_from are missing");
  const result = read(ROW, { ...ROW, output_tokens: "9" });
  expect(result.ok && result.value).toMatchObject({
    candidates: [],
    disagreements: [
      {
        meters: [
          {
            meter: "output_tokens",
            said: [
              { name: "line 2", rate: "8.8" },
              { name: "line 3", rate: "9" },
            ],
          },
        ],
      },
    ],
  });
});
