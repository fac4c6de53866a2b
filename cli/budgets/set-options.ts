import { instantOption } from "#cli/replay/options.ts";
import { failure } from "#core/failure.ts";
import { type BudgetPeriod, BudgetSetting } from "#core/settings/budget.ts";

/** What `budgets set` may say of a budget; what it does not say stays as it is. */
export interface SetOptions {
  readonly all?: boolean;
  readonly organization?: string;
  readonly costCenter?: string;
  readonly team?: string;
  readonly tag?: string;
  readonly user?: string;
  readonly key?: string;
  readonly perMember?: boolean;
  readonly pool?: boolean;
  readonly member: readonly string[];
  readonly model: readonly string[];
  readonly platform: readonly string[];
  readonly gateway: readonly string[];
  readonly amount?: string;
  readonly period?: string;
  readonly zone?: string;
  readonly weekStart?: string;
  readonly startDay?: string;
  readonly days?: string;
  readonly basis?: string;
  readonly thresholds?: string;
  readonly forecast?: string;
  readonly receiver: readonly string[];
  readonly defaultReceivers?: boolean;
  readonly hard?: boolean;
  readonly soft?: boolean;
  readonly grace?: string;
  readonly onStale?: string;
  readonly staleAfter?: string;
  readonly from?: string;
  readonly to?: string;
  readonly parent?: string;
  readonly note?: string;
}

/** The budget that is there, or a new one, as the options say. @throws failure OPTION_INVALID, with the option */
export function budgetOf(
  id: string,
  before: BudgetSetting | null,
  options: SetOptions,
  pseudonymOf: (name: string) => string,
): BudgetSetting {
  const said = {
    ...{ scope: scopeOf(options, pseudonymOf), mode: eitherOf(options, "perMember", "pool") },
    ...{ members: listOf(options.member)?.map(pseudonymOf), filters: filtersOf(before, options) },
    ...{ amount_usd: options.amount, period: periodOf(before, options), basis: options.basis },
    ...{ thresholds: thresholdsOf(before, options), receivers: receiversOf(options) },
    ...{ hard_limit: hardOf(options), grace_percent: numberOf(options.grace), on_stale: options.onStale },
    ...{ stale_after_s: numberOf(options.staleAfter), valid_from: momentOf("--from", options.from) },
    ...{ valid_to: momentOf("--to", options.to), parent: noneOr(options.parent), note: noneOr(options.note) },
  };
  const changed = Object.entries(said).filter(([, value]) => value !== undefined);
  const read = BudgetSetting.safeParse({ id, ...before, ...Object.fromEntries(changed) });
  if (read.success) return read.data;
  const { path = [], message = "" } = read.error.issues[0] ?? {};
  const field = path.map(String).join(".");
  const option = OPTIONS.find(([name]) => field === name || field.startsWith(`${name}.`))?.[1] ?? field;
  const given = path.reduce<unknown>((at, name) => (at as Record<PropertyKey, unknown>)?.[name], {
    id,
    ...said,
  });
  const value = given === undefined ? "absent" : JSON.stringify(given);
  throw failure("OPTION_INVALID", { option, value, accepts: message }, read.error);
}

/** Which option a field is set by; the first that fits. */
const OPTIONS: readonly (readonly [string, string])[] = [
  ["id", "<id>"],
  ["scope", "--team (or --all, --organization, --cost-center, --tag, --user, --key)"],
  ["amount_usd", "--amount"],
  ["period.zone", "--zone"],
  ["period.week_start", "--week-start"],
  ["period.start_day", "--start-day"],
  ["period.days", "--days"],
  ["period", "--period"],
  ["thresholds.actual", "--thresholds"],
  ["thresholds.forecast", "--forecast"],
  ["members", "--member"],
  ["filters.models", "--model"],
  ["filters.platforms", "--platform"],
  ["filters.gateways", "--gateway"],
  ["receivers", "--receiver"],
  ["grace_percent", "--grace"],
  ["on_stale", "--on-stale"],
  ["stale_after_s", "--stale-after"],
  ["parent", "--parent"],
  ["note", "--note"],
];

const SCOPES = [
  ["organization", "organization"],
  ["costCenter", "cost_center"],
  ["team", "team"],
  ["tag", "tag"],
  ["key", "key"],
  ["user", "user"],
] as const;

function scopeOf(options: SetOptions, pseudonymOf: (name: string) => string): unknown {
  const named = SCOPES.flatMap(([option, kind]) => {
    const id = options[option];
    return id === undefined ? [] : [{ kind, id: kind === "user" && id !== "" ? pseudonymOf(id) : id }];
  });
  const all = [...(options.all ? [{ kind: "all" }] : []), ...named];
  if (all.length > 1) throw contradiction("the scope", "one of --all, --team, --user and the like");
  return all[0];
}

function eitherOf(options: SetOptions, one: "perMember", other: "pool"): string | undefined {
  if (options[one] && options[other]) throw contradiction("--per-member", "that or --pool");
  return options[one] ? "per_member" : options[other] ? "pool" : undefined;
}

function hardOf({ hard, soft }: SetOptions): boolean | undefined {
  if (hard && soft) throw contradiction("--hard", "that or --soft");
  return hard ? true : soft ? false : undefined;
}

function filtersOf(before: BudgetSetting | null, { model, platform, gateway }: SetOptions): unknown {
  const said = { models: listOf(model), platforms: listOf(platform), gateways: listOf(gateway) };
  const given = Object.entries(said).filter(([, list]) => list !== undefined);
  return given.length === 0 ? undefined : { ...before?.filters, ...Object.fromEntries(given) };
}

/** A period of another kind keeps the zone. */
function periodOf(before: BudgetSetting | null, options: SetOptions): unknown {
  const said = {
    ...{ zone: options.zone, week_start: options.weekStart },
    ...{ start_day: numberOf(options.startDay), days: numberOf(options.days) },
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  if (options.period === undefined && given.length === 0) return undefined;
  const was: BudgetPeriod | undefined = before?.period;
  const kind = options.period ?? was?.kind;
  const zone = was !== undefined && "zone" in was && kind !== "rolling" ? { zone: was.zone } : {};
  const kept = was?.kind === kind ? was : zone;
  return { ...kept, kind, ...Object.fromEntries(given) };
}

function thresholdsOf(before: BudgetSetting | null, { thresholds, forecast }: SetOptions): unknown {
  if (thresholds === undefined && forecast === undefined) return undefined;
  return {
    ...before?.thresholds,
    ...(thresholds === undefined ? {} : { actual: numbersOf(thresholds) }),
    ...(forecast === undefined ? {} : { forecast: numbersOf(forecast) }),
  };
}

function receiversOf({ receiver, defaultReceivers }: SetOptions): unknown {
  if (defaultReceivers && receiver.length > 0)
    throw contradiction("--default-receivers", "that or --receiver");
  return defaultReceivers ? null : listOf(receiver);
}

/** `none` empties a list. */
function listOf(given: readonly string[]): readonly string[] | undefined {
  if (given.length === 0) return undefined;
  return given.length === 1 && given[0] === "none" ? [] : given;
}

function noneOr(text: string | undefined): string | null | undefined {
  return text === "none" ? null : text;
}

function momentOf(option: string, text: string | undefined): string | null | undefined {
  return text === undefined || text === "none" ? noneOr(text) : instantOption(option, text);
}

function numbersOf(text: string): readonly unknown[] {
  return text === "none" ? [] : text.split(",").map((part) => numberOf(part.trim()));
}

/** What is no whole number stays text and is refused by the schema. */
function numberOf(text: string | undefined): unknown {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function contradiction(option: string, accepts: string) {
  return failure("OPTION_INVALID", { option, value: "given twice", accepts });
}
