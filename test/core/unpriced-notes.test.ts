import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isOfTheBook, UNPRICED_NOTES, whatToDo } from "#core/unpriced-notes.ts";

const PAGE = readFileSync("docs/prices.md", "utf8");

describe("what to do about an unpriced call", () => {
  test.each(Object.entries(UNPRICED_NOTES))("%s: the page says the same", (note, what) => {
    const shown = note === "rate_missing" ? "rate_missing:<meter>" : note;
    expect(PAGE).toContain(`| \`${shown}\` | ${what} |`);
  });

  test("a missing rate is known whatever the meter, and what is not known is looked at", () => {
    expect(whatToDo("rate_missing:output_tokens")).toBe(UNPRICED_NOTES.rate_missing);
    expect(whatToDo("constructor")).toBe("look at the record");
    expect(["no_price", "usage_missing", "cost_too_large", "something_new"].map(isOfTheBook)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
