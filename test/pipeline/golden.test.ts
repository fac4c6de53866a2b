import { afterAll, beforeAll, test } from "vitest";
import { checkGolden, checkLitellm, goldenVectors } from "#test/support/pipeline-check.ts";
import { type Product, startProduct } from "#test/support/product.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** On the embedded servers; `test/containers` runs the same checks on the images of deploy/compose.yaml. */
test.each(goldenVectors())("$name", (vector) => checkGolden(product, vector));

test("the same through LiteLLM's door, where input tokens include cached ones", () => checkLitellm(product));
