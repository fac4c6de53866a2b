import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { instantOption } from "#cli/replay/options.ts";
import { reasonOption } from "#cli/runs/asked.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { fallbackRatesOf } from "#core/fallback-rates.ts";
import { FallbackRateSetting } from "#core/settings/fallback-rate.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

interface SetOptions extends CommonOptions {
  readonly model?: string;
  readonly platform?: string;
  readonly input: string;
  readonly output: string;
  readonly from?: string;
  readonly to?: string;
  readonly note?: string;
  readonly reason?: string;
}

/** `spendtrail prices fallback list|set|remove`: what budgets take a call for that has no price. */
export function registerPricesFallback(prices: Command): void {
  const fallback = prices
    .command("fallback")
    .description("what budgets take calls for that have no price; in no cost, no export and no journal");
  common(fallback.command("list").description("list the fallback rates, the closest first"), [
    "spendtrail prices fallback list",
  ]).action(list);
  const set = fallback
    .command("set")
    .argument("<id>", "yours to choose and stable: the same id again is the same rate")
    .description("set a fallback rate, or state one anew as a whole")
    .option("--model <pattern>", "a model's name, or a pattern where * is any text; default any")
    .option("--platform <platform>", "only on this platform; default any")
    .requiredOption("--input <usd>", "USD per 1,000,000 tokens of input, from and to a cache too")
    .requiredOption("--output <usd>", "USD per 1,000,000 tokens of output")
    .option("--from <time>", "begin, an instant on whole five minutes or a date; default today")
    .option("--to <time>", "end, not included; default none")
    .option("--note <text>", "where the figures are from")
    .option("--reason <text>", "why, for the history");
  common(set, [
    "spendtrail prices fallback set anything --input 5 --output 25 --from 2026-11-01 --reason 'budgets must not sleep'",
    "spendtrail prices fallback set house --model 'house-*' --platform vllm --input 0.4 --output 0.4 --reason 'our own cluster'",
  ]).action(setRate);
  const remove = fallback
    .command("remove")
    .argument("<id>", "of the rate")
    .description("remove a fallback rate")
    .option("--reason <text>", "why, for the history");
  common(remove, ["spendtrail prices fallback remove anything --reason 'all models have prices'"]).action(
    (id: string, options: CommonOptions & { reason?: string }) => change(id, null, options),
  );
}

async function list(options: CommonOptions): Promise<void> {
  const rates = await withSettings(options, async ({ settings }) => {
    await settings.caughtUp();
    return fallbackRatesOf(settings.state().fallbackRates.values()).map(({ setting }) => setting);
  });
  screenOf(options).table(
    rates,
    [
      { title: "id", text: ({ id }: FallbackRateSetting) => id },
      { title: "model", text: ({ model }) => model },
      { title: "platform", text: ({ platform }) => platform ?? "any" },
      { title: "input", text: ({ usd_per_mtok }) => usd_per_mtok.input, align: "right" },
      { title: "output", text: ({ usd_per_mtok }) => usd_per_mtok.output, align: "right" },
      { title: "from", text: ({ effective_from }) => effective_from },
      { title: "to", text: ({ effective_to }) => effective_to ?? "-" },
    ],
    rates,
  );
}

async function setRate(id: string, options: SetOptions): Promise<void> {
  const read = FallbackRateSetting.safeParse({
    id,
    model: options.model,
    platform: options.platform ?? null,
    usd_per_mtok: { input: options.input, output: options.output },
    effective_from:
      options.from === undefined
        ? `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`
        : instantOption("--from", options.from),
    effective_to: options.to === undefined ? null : instantOption("--to", options.to),
    note: options.note ?? null,
  });
  if (!read.success) throw refused(read.error.issues[0]?.path.map(String) ?? [], options, id, read.error);
  await change(id, read.data, options);
}

function refused(path: readonly string[], options: SetOptions, id: string, error: Error) {
  const name = path.at(-1) ?? "id";
  const { model, platform, input, output, note } = options;
  const given: Readonly<Record<string, string | undefined>> = { id, model, platform, input, output, note };
  const accepts: Readonly<Record<string, string>> = {
    id: "small letters, digits and . _ : < > = -, at most 200",
    model: "1 to 200 characters",
    input: 'a decimal such as "2.5" that is not below 0, with at most 6 places',
    output: 'a decimal such as "2.5" that is not below 0, with at most 6 places',
  };
  const option = name === "id" ? "<id>" : `--${name}`;
  const value = given[name] ?? "";
  return failure("OPTION_INVALID", { option, value, accepts: accepts[name] ?? "1 to 512 characters" }, error);
}

async function change(
  id: string,
  value: FallbackRateSetting | null,
  options: CommonOptions & { reason?: string },
): Promise<void> {
  const reason = reasonOption(options.reason);
  const version = await withSettings(options, async ({ producer, settings }) => {
    await settings.caughtUp();
    const expected_version = settings.state().fallbackRates.get(id)?.version ?? 0;
    const by = { change_id: randomUUID(), actor: "command line", reason };
    const wish = { kind: "fallback_rate", id, expected_version, value, ...by } as const;
    const outcome = await changeSettings(producer, settings, wish);
    if (outcome.outcome === "applied") return outcome.version;
    throw failure("SETTING_REFUSED", { kind: "fallback_rate", id, reason: outcome.detail });
  });
  const done = value === null ? "removed" : "set";
  screenOf(options).answer({ id, version, state: done, value }, [`Fallback rate ${id} is ${done}.`]);
}
