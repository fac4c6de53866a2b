import { failure } from "#core/failure.ts";
import { fallbackRatesOf } from "#core/fallback-rates.ts";
import type { RouteDeps } from "#query-api/app-type.ts";
import { beliefOf } from "#query-api/belief.ts";
import { type ComparedRow, compareRows, withPrevious } from "#query-api/compare-costs.ts";
import { costRows, figures } from "#query-api/cost-row.ts";
import type { CostsAnswer } from "#query-api/costs-answer.ts";
import { type CostsQuestion, costsFaults } from "#query-api/costs-question.ts";
import { COST_DIMENSIONS } from "#query-api/dimensions.ts";
import { RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { readGrouping } from "#query-api/group-by.ts";
import { previousRange } from "#query-api/previous-range.ts";
import { booksIn } from "#query-api/queries/booked-calls.ts";
import { readRange, type TimeRange } from "#query-api/range.ts";
import { readCosts } from "#query-api/read-costs.ts";
import type { Reader } from "#query-api/reader.ts";
import { type Conversion, conversionFor, converted } from "#query-api/reporting-currency.ts";
import { readStanding } from "#query-api/standing.ts";

const NARROW = "Ask for a shorter range, a coarser granularity, fewer dimensions in group_by, or filter.";

/** Answers a question about costs in the reader's scope; more rows than `rowsMax` are refused, never cut. */
export async function answerCosts(
  reader: Reader,
  deps: RouteDeps,
  question: CostsQuestion,
  rowsMax: number,
): Promise<CostsAnswer> {
  const { granularity, week_start, fiscal_start, order, basis } = question;
  const { groupBy, tagKey, faults } = readGrouping(question.group_by, question);
  const allFaults = [...faults, ...costsFaults(question)];
  if (allFaults.length > 0) throw failure("REQUEST_INVALID", { faults: allFaults.join("; ") });
  const now = deps.clock();
  const range = await readRange(question, RANGE_DAYS_MAX[granularity], { zones: deps.zones, now });
  const belief = beliefOf(deps, question.book_as_of);
  const settings = belief?.settings ?? deps.settings.state();
  const conversion = conversionFor(settings, question, range.to);
  const fallback = fallbackRatesOf(settings.fallbackRates.values());
  const shape = {
    granularity,
    groupBy,
    order: order === "change" ? ("cost" as const) : order,
    filters: COST_DIMENSIONS.filter((name) => question[name] !== undefined),
  };
  const books = basis === "booked" ? booksIn(deps.settings.state()) : undefined;
  const calendar = { weekStart: week_start, fiscalStart: fiscal_start };
  const read = async (given: TimeRange) => {
    const values = {
      ...given,
      calendar,
      tagKey,
      filters: question,
      belief,
      rowsMax: rowsMax + 1,
      books,
      fallback,
    };
    const costs = await readCosts(reader, shape, values, question.read);
    if (costs.sums.length > rowsMax) throw failure("QUERY_TOO_WIDE", { rowsMax, narrow: NARROW });
    return { ...costs, rows: costRows(costs.sums, { ...shape, tz: range.tz }) };
  };
  const standing = await readStanding(reader, deps);
  const { sums, rows, readFrom, bucketsBehind } = await read(range);
  const totals = figures(sums);
  const answer: CostsAnswer = {
    ...standing,
    ...(belief === null
      ? {}
      : {
          book_as_of: {
            settings_offset: belief.settings.offset,
            epoch: belief.epoch,
            ingested_until: belief.ingestedUntil,
          },
        }),
    ...range,
    granularity,
    week_start,
    fiscal_start,
    group_by: [...groupBy],
    ...(tagKey === undefined ? {} : { tag_key: tagKey }),
    basis,
    unpriced_calls: totals.unpriced_calls,
    gateway_calls: totals.gateway_calls,
    gateway_cost: totals.cost_by_status.gateway,
    read_from: readFrom,
    buckets_behind: bucketsBehind,
    totals,
    rows,
  };
  if (question.compare === undefined) return inCurrency(answer, conversion);
  const earlier = previousRange(range);
  const before = await read(earlier);
  const compared: readonly ComparedRow[] = compareRows(rows, before.rows, groupBy, order === "change");
  const both = {
    ...answer,
    compared_with: { from: earlier.from, to: earlier.to },
    totals: withPrevious(totals, figures(before.sums)),
    rows: [...compared],
  };
  return inCurrency(both, conversion);
}

function inCurrency(answer: CostsAnswer, conversion: Conversion | null): CostsAnswer {
  if (conversion === null) return answer;
  return {
    ...answer,
    converted_by: conversion,
    totals: converted(answer.totals, conversion),
    rows: answer.rows.map((row) => converted(row, conversion)),
  };
}
