import { expect, test } from "vitest";
import { createNumbering } from "#collector/numbering.ts";

const records = (count: number) =>
  Array.from({ length: count }, () => ({ key: null, value: Buffer.from("{}"), headers: { other: "kept" } }));
const numbersOf = (numbered: ReturnType<ReturnType<typeof createNumbering>["number"]>) =>
  numbered.records.map(({ headers }) => headers?.["spendtrail-seq"]);
const voidsOf = (numbered: ReturnType<ReturnType<typeof createNumbering>["number"]>) =>
  numbered.records.map(({ headers }) => headers?.["spendtrail-seq-void"] ?? "");

test("each source is numbered from 1, without a break, in the name of this run", () => {
  const numbering = createNumbering("run-1");
  expect(numbersOf(numbering.number("a", records(2)))).toEqual(["1", "2"]);
  expect(numbersOf(numbering.number("b", records(1)))).toEqual(["1"]);
  const third = numbering.number("a", records(2));
  expect(numbersOf(third)).toEqual(["3", "4"]);
  expect(third.records[0]?.headers).toMatchObject({ "spendtrail-seq-producer": "run-1", other: "kept" });
});

test("numbers of refused records are taken back by the next record of the source that arrives", () => {
  const numbering = createNumbering("run-1");
  numbering.number("a", records(3)).refused();
  const other = numbering.number("b", records(1));
  expect(voidsOf(other)).toEqual([""]);
  const second = numbering.number("a", records(1));
  expect(voidsOf(second)).toEqual(["1-3"]);
  second.refused();
  const third = numbering.number("a", records(2));
  expect(voidsOf(third)).toEqual(["1-4", ""]);
  third.taken();
  expect(voidsOf(numbering.number("a", records(1)))).toEqual([""]);
});
