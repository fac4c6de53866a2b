// Preloaded into the baseline arm of `npm run bench rating`: the same program, in which rating a call does nothing.
// Plain JavaScript with a hook, so that nothing of the product has to know of an ingester that does not rate.
import { registerHooks } from "node:module";

const RATING = /\/core\/rating\.ts$/;
const UNRATED = `
  export * from "./rating.ts?whole";
  const NOTHING = {
    cost: null, status: "unpriced", note: "no_price", priceId: null, modelCanonical: null, discountId: null, lines: [],
  };
  export const rate = () => NOTHING;
`;

registerHooks({
  load: (url, context, next) =>
    RATING.test(url) ? { format: "module", source: UNRATED, shortCircuit: true } : next(url, context),
});
