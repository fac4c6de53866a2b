import { expect, test } from "vitest";
import { createByteBudget } from "#collector/byte-budget.ts";

test("all requests together hold no more than the budget, and each gives back what it held", () => {
  const budget = createByteBudget(100);
  const [first, second] = [budget.lease(), budget.lease()];
  first.take(60);
  expect(() => second.take(50)).toThrow("as many unconfirmed bytes");
  first.release();
  second.take(50);
  expect(budget.held()).toBe(50);
});

test("bytes that arrive for a request which was answered are held by nobody", () => {
  const budget = createByteBudget(100);
  const late = budget.lease();
  late.take(10);
  late.release();
  expect(() => late.take(10)).toThrow("did not arrive in time");
  expect(budget.held()).toBe(0);
});
