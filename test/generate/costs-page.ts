import { formatMoney, type Money } from "#core/money.ts";
import { lineArithmetic } from "#core/rating-arithmetic.ts";
import { DiscountSetting } from "#core/settings/discount.ts";
import { ratedRecord } from "#test/prices/rated-record.ts";

/** The record of examples/records/litellm.json that the page works out. */
const RECORD = 1;

const DEAL = DiscountSetting.parse({
  id: "deal-2026",
  platform: "anthropic-api",
  effective_from: "2026-01-01T00:00:00.000Z",
  percent: "7.5",
  sources: ["a contract"],
});

/** docs/costs.md: how a figure comes about, with one call worked out by the code itself. */
export function costsPage(): string {
  const plain = ratedRecord(RECORD);
  const { data, rating } = ratedRecord(RECORD, [], [DEAL]);
  const price = plain.rating.priceId;
  const lines = rating.lines.map(
    (line, at) =>
      `| \`${line.meter}\` | ${line.quantity} | ${line.listRate} | ${line.per} | ${shown(plain.rating.lines[at]?.cost)} | ${shown(line.cost)} |`,
  );
  const { gateway_cost: figure } = data;
  return `# How a figure comes about

*Written by \`npm run generate\`: the figures on this page are worked out by the code that rates calls.*

Every total that this project shows is a sum of calls, and every call's cost is a sum of lines: so much of a meter, at a
rate that somebody stated, less a discount that a contract states. Nothing else goes in, and nothing is rounded on the
way. This page works one call out; \`GET /v1/costs/explain\` and \`spendtrail explain\` do the same for any call of yours.

## The steps

1. **What was used.** The gateway's record says how many tokens of each kind. Each token is in exactly one meter
   ([events](events.md)), so nothing is counted twice.
2. **Which model, where.** The model's name becomes a canonical one, by table ([names](prices.md#names-of-models)). With
   the platform, the speed and the tier that were served, the geography and the length of the prompt it finds one row of
   the price book, in force when the call began ([how a row is found](prices.md#how-a-row-is-found)). No row, no figure:
   the call is unpriced, which is never 0.
3. **The lines.** Each meter that was used, times its rate. Rates are stated for 1,000,000 tokens or for one of anything
   else. There are no factors: a batch, a fast or a US-only call has a row of its own, because its price list says so.
4. **The discount.** At most one, the one that names the call most closely
   ([discounts](prices.md#discounts-and-negotiated-rates)): a percentage off each line, or rates in the place of the
   row's.
5. **The sum** is stored with the call, with the row (\`price_id\`) and the settings (\`settings_offset\`) that made it.
   What is learned later changes nothing by itself.

## One call

The second record of [examples/records/litellm.json](../examples/records/litellm.json) is ${data.model} on
\`${data.platform}\`, begun at ${data.started_at}. The shipped book has the row \`${price}\` for it. Say that a contract takes
${DEAL.percent} % off everything there.

| meter | quantity | rate, USD | per | list | less ${DEAL.percent} % |
| --- | ---: | ---: | ---: | ---: | ---: |
${lines.join("\n")}
| **sum** | | | | **${shown(plain.rating.cost)}** | **${shown(rating.cost)}** |

By hand, line by line:

\`\`\`text
${rating.lines.map((line) => lineArithmetic(line, DEAL.percent)).join("\n")}
\`\`\`

Without the contract the call costs ${shown(plain.rating.cost)} USD, with it ${shown(rating.cost)} USD. LiteLLM's own figure, ${figure?.amount} USD,
is kept beside ours and is not a part of it. The ${data.meters.thinking_tokens} thinking tokens are in the output already.

A rate has at most 6 places for a million tokens, so a line at the list price is a whole number of 1e-12 USD. A
percentage, or a fraction of a unit (0.25 \`session_hour\`), can leave more digits; they are rounded half to even, line by
line, and such a line is marked by \`~\` in the place of \`=\`.

## Any call of yours

\`\`\`sh
spendtrail explain 9f2d4c0a51e84b7f9f2d4c0a51e84b7f
curl -sS -H "Authorization: Bearer $SPENDTRAIL_KEY" "$SPENDTRAIL_URL/v1/costs/explain?event=9f2d4c0a51e84b7f9f2d4c0a51e84b7f"
\`\`\`

An event's id is in every list of events (\`/v1/sessions/{id}/events\`, \`/v1/audit/events\`). The answer has the call and each
further part of it, and for each:

| field | what |
| --- | --- |
| \`stored\` | the figure that is reported, its status, its row and the offset of the settings that it was made with |
| \`by_its_book\` | the same call rated again with the settings of that offset: lines, list price, discount, sum |
| \`agrees\` | whether that is the stored figure, to the last digit. \`false\`: an older version rated it, or the row was changed in the store; look at it |
| \`by_todays_book\`, \`differs_today\` | the same call by the book of today, and whether that is another figure |
| \`gateway_cost\` | what the gateway said |

## Four figures

\`figures\`, of each event and of the call with its parts, names four costs:

| figure | what |
| --- | --- |
| \`list\` | at the rates of the price row: what anybody pays |
| \`contracted\` | after negotiated rates and the discount, worked out with the book that the stored figure names |
| \`effective\` | contracted, plus a share of what was paid in advance. Nothing is spread over calls yet, so it equals \`contracted\` |
| \`billed\` | what stands in \`cost_usd\` and is in every total. It equals \`contracted\` where \`agrees\` is true |

In the call above they are ${shown(plain.rating.cost)}, ${shown(rating.cost)}, ${shown(rating.cost)} and ${shown(rating.cost)} USD. A call that stands at the gateway's
figure has only \`billed\`; an unpriced call has none. Only \`billed\` is stored; the others follow from the stored settings, so
they are there for one call at a time. \`null\` is not known, and never 0.

## Ours beside the gateway's

\`\`\`sh
spendtrail costs variance --from 2026-11-01 --to 2026-12-01
\`\`\`

\`GET /v1/costs/variance\` ([API](api.md#the-gateways-figures-beside-ours)) compares every call's two figures by model and source, and names
the calls that are furthest apart.

## When they differ

\`differs_today\` is no fault: a price was corrected or a contract came in later. The stored figure stands until somebody
rates those calls again ([runs](runs.md)), which leaves the earlier belief readable.

The answer is within the scope of the key, as everywhere: an event of another team is 404. Each read is recorded in the
acts.
`;
}

function shown(amount: Money | null | undefined): string {
  if (amount === null || amount === undefined) throw new Error("the page's call has a cost");
  return formatMoney(amount);
}
