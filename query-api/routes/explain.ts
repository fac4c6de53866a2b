import { z } from "zod";
import { DecimalText } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { fallbackEstimate, fallbackRatesOf, findFallbackRate } from "#core/fallback-rates.ts";
import { addMoney, formatMoney, type Money } from "#core/money.ts";
import { ratableCall } from "#core/ratable-call.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { READERS } from "#query-api/access.ts";
import { Amount, Integer, notFound, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import type { EventColumns } from "#query-api/event-columns.ts";
import { Explanation, explain } from "#query-api/explanation.ts";
import { explainedEventsQuery } from "#query-api/queries/explained-events.ts";

import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";
import { onceCaughtUp } from "#runtime/settings/once-caught-up.ts";

const text = z.string().nullable();

const FourFigures = z
  .object({
    list: Amount.nullable().describe(
      "At the rates of the price row. null: a line has none, or no row priced it.",
    ),
    contracted: Amount.nullable().describe("After negotiated rates and the discount, by our book."),
    effective: Amount.nullable().describe(
      "Contracted, plus what was paid in advance and is spread over calls. Nothing is yet, so it equals `contracted`.",
    ),
    billed: Amount.nullable().describe("What stands in `cost_usd` and is reported. null: unpriced."),
  })
  .meta({ id: "FourFigures", description: "List, contracted, effective and billed cost; docs/costs.md." });

const Fallback = z
  .object({
    rate_id: z.string(),
    model: z.string(),
    platform: text,
    input_usd_per_mtok: z.string(),
    output_usd_per_mtok: z.string(),
    estimate_usd: DecimalText,
  })
  .meta({
    id: "FallbackEstimate",
    description: "What budgets take a call for that has no price, by the settings of today. In no cost.",
  });

const Explained = z.object({
  event_id: z.string(),
  kind: z.enum(["response", "part"]),
  part_kind: text,
  role: z.enum(["ledger", "evidence"]).describe("`evidence` is never added up."),
  event_time: z.string(),
  source: z.string(),
  account: text.describe(
    "Whom the source's calls are billed to, as it is set now; told to those who see all teams.",
  ),
  team: text,
  platform: text,
  model: text,
  model_canonical: text,
  stored: z
    .object({ cost: Amount.nullable(), status: text, note: text, price_id: text, settings_offset: Integer })
    .describe("The figure that is reported."),
  figures: FourFigures,
  gateway_cost: Amount.nullable().describe("What the gateway said, kept beside ours."),
  by_its_book: Explanation.describe("Worked out again with the book that the stored figure names."),
  agrees: z.boolean().describe("Whether that is the stored figure, to the last digit."),
  by_todays_book: Explanation.describe("Worked out with the book of today. It changes nothing by itself."),
  differs_today: z.boolean(),
  fallback: Fallback.nullable().describe("Of a call without a price; null: it has one, or no rate fits."),
});

const Answer = z.object({
  ...Standing,
  event: z.string(),
  cost: Amount.nullable().describe(
    "The stored figures of the call and its parts together. null: one is unpriced.",
  ),
  cost_today: Amount.nullable().describe("The same by the book of today."),
  figures: FourFigures.describe("Of the call and its parts together; one that is not known makes none."),
  agrees: z.boolean(),
  differs_today: z.boolean(),
  events: z.array(Explained).describe("The call, and each further part of it with its own model."),
});

/** How one call came to cost what it does. */
export function explainRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/costs/explain",
    config: { access: READERS },
    schema: {
      operationId: "explainCost",
      tags: ["costs"],
      summary: "One call's cost, line by line",
      description:
        "Each meter times its rate, with the price row and the discount, by the book that the call was rated with and by that of today. An event that the key does not see is 404, whether it exists or not. The read is recorded before the answer leaves.",
      querystring: z.strictObject({
        event: z
          .string()
          .regex(/^[0-9a-f]{32}$/, "is no event id (32 hex digits)")
          .describe("`event_id` of a call, as `/v1/sessions/{id}/events` lists it."),
      }),
      response: { 200: Answer, ...problems, ...notFound },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { event } = request.query;
        await actFirst(deps, {
          act: "audit.read",
          actor: caller.keyId,
          subject: "/v1/costs/explain",
          detail: { event },
        });
        const standing = await readStanding(reader, deps);
        const found = await reader.rows(explainedEventsQuery(event));
        if (found.length === 0) throw failure("NOT_FOUND");
        const newest = found.reduce(
          (most, row) => (row.settings_offset > most ? row.settings_offset : most),
          -1n,
        );
        // Rated by a program that may know more of the settings than this one does yet.
        const known = await onceCaughtUp(
          deps.settings,
          () => deps.settings.state().offset,
          (offset) => offset >= newest,
        );
        if (known < newest)
          throw failure("SETTINGS_NOT_FOLLOWED", { topic: deps.settings.topic, offset: newest });
        const parts = found.filter(({ kind }) => kind === "part").length;
        const seesContracts = callerOf(request).scope.kind === "all";
        const events = found
          .map((row) => explained(row, parts, deps.settings))
          .map((one) => (seesContracts ? one : { ...one, account: null }));
        return {
          ...standing,
          event,
          cost: totalOf(events.map(({ stored }) => stored.cost)),
          cost_today: totalOf(events.map(({ by_todays_book: today }) => today.cost)),
          figures: {
            list: totalOf(events.map(({ figures }) => figures.list)),
            contracted: totalOf(events.map(({ figures }) => figures.contracted)),
            effective: totalOf(events.map(({ figures }) => figures.effective)),
            billed: totalOf(events.map(({ figures }) => figures.billed)),
          },
          agrees: events.every(({ agrees }) => agrees),
          differs_today: events.some(({ differs_today }) => differs_today),
          events,
        };
      }),
  });
}

function explained(
  row: EventColumns,
  parts: number,
  settings: RouteDeps["settings"],
): z.infer<typeof Explained> {
  const [then, today] = [settings.at(row.settings_offset), settings.state()];
  const byItsBook = explain(ratableCall(row, parts, then), then);
  const byTodaysBook = explain(ratableCall(row, parts, today), today);
  const stored = row.cost_usd === null ? null : usd(storedMoney(row.cost_usd));
  const isStored = (one: Explanation) =>
    one.cost?.amount === stored?.amount && one.status === row.cost_status;
  return {
    event_id: row.event_id,
    kind: row.kind === "part" ? "part" : "response",
    part_kind: row.part_kind,
    role: row.role,
    event_time: row.event_time,
    source: row.source,
    account: today.sources.get(row.source)?.value.account ?? null,
    team: row.team,
    platform: row.platform,
    model: row.model,
    model_canonical: row.model_canonical,
    stored: {
      cost: stored,
      status: row.cost_status,
      note: row.cost_note,
      price_id: row.price_id,
      settings_offset: row.settings_offset,
    },
    figures: fourFigures(byItsBook, stored),
    gateway_cost:
      row.gateway_cost === null
        ? null
        : { ...usd(storedMoney(row.gateway_cost)), currency: row.gateway_currency ?? "USD" },
    by_its_book: byItsBook,
    agrees: isStored(byItsBook),
    by_todays_book: byTodaysBook,
    differs_today: !isStored(byTodaysBook),
    fallback: fallbackOf(row, today),
  };
}

function fallbackOf(row: EventColumns, settings: SettingsState): z.infer<typeof Fallback> | null {
  if (row.cost_status !== "unpriced" || row.role !== "ledger") return null;
  const call = { model: row.model_canonical ?? row.model ?? "", platform: row.platform ?? "" };
  const rates = fallbackRatesOf(settings.fallbackRates.values());
  const rate = findFallbackRate(rates, { ...call, atMs: Date.parse(row.event_time) });
  if (rate === null) return null;
  const { id, model, platform, usd_per_mtok } = rate.setting;
  return {
    ...{ rate_id: id, model, platform },
    input_usd_per_mtok: usd_per_mtok.input,
    output_usd_per_mtok: usd_per_mtok.output,
    estimate_usd: formatMoney(fallbackEstimate(rate, row)),
  };
}

/** A figure of the gateway that stands in the place of ours was not contracted with anybody: only billed is known. */
function fourFigures(byItsBook: Explanation, billed: Amount | null): z.infer<typeof FourFigures> {
  const contracted = byItsBook.status === "gateway" ? null : byItsBook.cost;
  return { list: byItsBook.list_cost, contracted, effective: contracted, billed };
}

/** A sum of which one figure is not known is not known. */
function totalOf(amounts: readonly (Amount | null)[]): Amount | null {
  const known = amounts.filter((amount) => amount !== null);
  if (known.length < amounts.length) return null;
  return usd(addMoney(known.map(({ amount }) => storedMoney(amount) as Money)));
}
