import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { askGaps } from "#cli/reconcile/ask-gaps.ts";
import { askOurs } from "#cli/reconcile/ask-ours.ts";
import { readInvoice } from "#cli/reconcile/read-invoice.ts";
import { answerOf } from "#cli/reconcile/reconcile-answer.ts";
import { reportLines } from "#cli/reconcile/report-lines.ts";
import { Failure, failure } from "#core/failure.ts";
import { type Money, parseMoney } from "#core/money.ts";
import type { Invoice, InvoiceFormat } from "#core/reconcile/invoice.ts";
import type { JoinedInvoice } from "#core/reconcile/join-invoices.ts";
import { type Reconciled, reconcile } from "#core/reconcile/reconcile.ts";
import { dayOfBucket, daysAfter } from "#core/reconcile/utc-day.ts";

export interface ReconcileOptions extends CommonOptions {
  readonly format?: InvoiceFormat;
  readonly from?: string;
  readonly to?: string;
  readonly platform: readonly string[];
  readonly source: readonly string[];
  readonly tolerance: string;
  readonly all?: boolean;
  readonly url?: string;
}

/** What was compared with what, for both kinds of answer. */
export interface Compared {
  readonly files: readonly string[];
  readonly invoice: JoinedInvoice;
  readonly reconciled: Reconciled;
  readonly from: string;
  readonly to: string;
  readonly platforms: readonly string[];
  readonly gateways: readonly string[];
  readonly sources: readonly string[];
  readonly toleranceUsd: Money;
  readonly dataUntil: string | null;
  readonly remarks: readonly string[];
}

/** Whether the files and the store agree within the tolerance; says it all on the screen. */
export async function runReconcile(files: readonly string[], options: ReconcileOptions): Promise<boolean> {
  const toleranceUsd = toleranceOf(options.tolerance);
  const invoice = await readInvoice(files, options.format);
  const range = rangeOf(invoice, options);
  const scope = scopeOf(invoice, options);
  await checkScope(options);
  const ours = await askOurs({ ...range, ...scope, source: options.source, url: options.url });
  const given = { invoice, ours: ours.rows, ...range, platforms: scope.platform, toleranceUsd };
  // Each look at the coverage is on record, so it is asked only where something is missing.
  const first = reconcile({ ...given, gaps: null });
  const gaps = first.isReconciled ? null : await askGaps(options.url);
  const reconciled = gaps === null ? first : reconcile({ ...given, gaps });
  if (reconciled.rows.length === 0 && reconciled.apart.length > 0 && invoice.lines.length === 0)
    throw failure("RECONCILE_NOTHING", {
      reason: `no line names a model or counts tokens. ${invoice.remarks.join(" ")}`.trim(),
    });
  const compared: Compared = {
    ...{ files, invoice, reconciled, ...range, toleranceUsd },
    ...{ platforms: scope.platform, gateways: scope.gateway, sources: options.source },
    dataUntil: ours.dataUntil,
    remarks: [...invoice.remarks, ...staleness(ours.dataUntil, range.to)],
  };
  screenOf(options).answer(answerOf(compared), reportLines(compared, options.all === true));
  return reconciled.isReconciled;
}

function toleranceOf(text: string): Money {
  const read = parseMoney(text);
  if (read.ok && read.value >= 0n) return read.value;
  throw failure("OPTION_INVALID", {
    option: "--tolerance",
    value: text,
    accepts: "USD as a plain decimal (0.01)",
  });
}

function rangeOf(
  { days }: Invoice,
  options: ReconcileOptions,
): { readonly from: string; readonly to: string } {
  const day = (option: "--from" | "--to", text: string) => {
    const read = dayOfBucket(text);
    if (read.ok) return read.value;
    throw failure("OPTION_INVALID", { option, value: text, accepts: "a day of UTC (2026-11-24)" });
  };
  const [first] = days;
  const last = days.at(-1);
  const from = options.from === undefined ? first : day("--from", options.from);
  const to = options.to === undefined ? last && daysAfter(last, 1) : day("--to", options.to);
  if (from === undefined || to === undefined)
    throw failure("RECONCILE_NOTHING", {
      reason: "no day is named in what could be compared; --from and --to say which are meant.",
    });
  if (from >= to)
    throw failure("OPTION_INVALID", { option: "--to", value: to, accepts: `a day after ${from}` });
  return { from, to };
}

const PLATFORM_OF: Readonly<Partial<Record<InvoiceFormat, string>>> = {
  "anthropic-cost": "anthropic-api",
  "anthropic-usage": "anthropic-api",
  "aws-cur": "bedrock",
};

/** Which calls an invoice is about: those of its platform, and of LiteLLM those that it passed on itself. */
function scopeOf({ format }: Invoice, { platform, source }: ReconcileOptions) {
  const own = PLATFORM_OF[format];
  return {
    platform: platform.length > 0 || own === undefined ? platform : [own],
    gateway: format === "litellm" && source.length === 0 ? ["litellm"] : [],
  };
}

const Sources = z.object({ settings: z.array(z.object({ id: z.string() })) });

/** A key of some teams would make the rest of the invoice look unmetered, and so would a mistyped source. */
async function checkScope({ source, url }: ReconcileOptions): Promise<void> {
  const answer = await askApi("/v1/settings/source", {}, { url }).catch((error: unknown) => {
    if (error instanceof Failure && error.code === "API_REFUSED" && error.params["status"] === 403)
      throw failure("RECONCILE_SCOPE", {}, error);
    throw error;
  });
  const names = Sources.parse(answer).settings.map(({ id }) => id);
  const unknown = source.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw failure("OPTION_INVALID", { option: "--source", value: unknown, accepts: names.join(", ") });
}

function staleness(dataUntil: string | null, to: string): string[] {
  if (dataUntil === null) return ["nothing is stored yet"];
  return dataUntil.slice(0, 10) < to
    ? [`our data reach until ${dataUntil}: a day that is not over differs for that alone`]
    : [];
}
