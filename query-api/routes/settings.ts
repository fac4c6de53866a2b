import { randomUUID } from "node:crypto";
import { z } from "zod";
import { budgetWarnings } from "#core/budgets/budget-warnings.ts";
import { discountRefusal } from "#core/discount-import.ts";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { closedPeriodWarnings } from "#core/periods/closed-warnings.ts";
import { priceRefusal } from "#core/price-import.ts";
import { SettingsChange } from "#core/settings/change.ts";
import { type SettingsState, settingsOf } from "#core/settings/state.ts";
import { ADMINS, ALL_TEAMS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { budgetRefusal } from "#query-api/budgets/budget-refusal.ts";
import { callerOf } from "#query-api/caller.ts";
import { scheduleRefusal } from "#query-api/exports/schedule/schedule-refusal.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

/** Keys have routes of their own, because their hashes do not leave and their secrets are made here. */
const KINDS = [
  ...(["source", "price", "discount", "currency_rate", "fallback_rate"] as const),
  ...(["allocation", "split_rule", "charge", "approval_policy", "export_schedule"] as const),
  ...(["budget", "receiver"] as const),
] as const;
const Kind = z.enum(KINDS);
const Params = z.strictObject({ kind: Kind, id: z.string().min(1).max(512) });

const Stored = z.object({
  id: z.string(),
  version: z.int(),
  settings_offset: Integer.describe("Of the change that made this version."),
  value: z.record(z.string(), z.unknown()),
});

const Wish = z.strictObject({
  expected_version: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .describe("The version that was read; 0: there is none yet."),
  value: z.record(z.string(), z.unknown()).nullable().describe("The whole new value; null removes."),
  reason: Text.describe("Why; part of the history."),
});

export function listSettingsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/settings/:kind",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listSettings",
      tags: ["settings"],
      summary: "All settings of a kind, with their versions",
      params: z.strictObject({ kind: Kind }),
      response: { 200: z.object({ settings_offset: Integer, settings: z.array(Stored) }), ...problems },
    },
    handler: (request) => {
      const state = deps.settings.state();
      const ids = [...settingsOf(state, request.params.kind).keys()];
      const settings = ids.flatMap((id) => storedSetting(state, request.params.kind, id) ?? []);
      return { settings_offset: state.offset, settings };
    },
  });
}

export function getSettingRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/settings/:kind/:id",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "getSetting",
      tags: ["settings"],
      summary: "One setting, with its version",
      params: Params,
      response: { 200: Stored, ...problems, ...notFound },
    },
    handler: (request) => {
      const stored = storedSetting(deps.settings.state(), request.params.kind, request.params.id);
      if (stored === null) throw failure("NOT_FOUND");
      return stored;
    },
  });
}

export function putSettingRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "PUT",
    url: "/v1/settings/:kind/:id",
    config: { access: ADMINS },
    schema: {
      operationId: "putSetting",
      tags: ["settings"],
      summary: "Change a setting from the version that was read",
      description: "Answers when the change is in force here; 409 if somebody else was first.",
      params: Params,
      body: Wish,
      response: {
        200: z.object({
          version: z.int(),
          settings_offset: Integer,
          warnings: z
            .array(z.string())
            .describe(
              "Of a price, a discount or an allocation that reaches into a period that is closed; of a budget beside another of the same calls and period, or with a receiver that does not exist.",
            ),
        }),
        ...problems,
        ...notFound,
        ...conflict,
      },
    },
    handler: async (request) => {
      const { expected_version, value, reason } = Wish.parse(request.body);
      const change = SettingsChange.safeParse({
        ...request.params,
        expected_version,
        value,
        reason,
        change_id: randomUUID(),
        actor: callerOf(request).keyId,
        at: deps.clock().toISOString(),
      });
      if (!change.success) throw failure("SETTING_INVALID", { detail: faultsOf(change.error) });
      const refused = await refusalOf(deps, change.data);
      if (refused !== null) throw failure("SETTING_INVALID", { detail: refused });
      const { version, offset } = appliedOr(await deps.changeSettings(change.data));
      return { version, settings_offset: offset, warnings: warningsOf(deps.settings.state(), change.data) };
    },
  });
}

/** What the fold must not refuse any more (decision 0009), and a person must not bring in. */
async function refusalOf(deps: RouteDeps, { kind, id, value }: SettingsChange): Promise<string | null> {
  const state = deps.settings.state();
  if (kind === "price" && value !== null) return priceRefusal(state, [value]);
  if (kind === "discount" && value !== null) return discountRefusal(state, [value]);
  if (kind === "budget") return budgetRefusal(id, value, { state, zones: deps.zones });
  if (kind === "export_schedule" && value !== null) {
    const { zones, exportDestinations: destinations = null, clock } = deps;
    return scheduleRefusal(value, { state, zones, destinations, now: clock() });
  }
  return null;
}

function warningsOf(state: SettingsState, change: SettingsChange): string[] {
  const ofBudget = change.kind === "budget" && change.value !== null ? [change.value] : [];
  return [
    ...closedPeriodWarnings(state.periods.values(), [change]),
    ...(ofBudget.length === 0 ? [] : budgetWarnings(state, ofBudget)),
  ];
}

function storedSetting(state: SettingsState, kind: z.infer<typeof Kind>, id: string) {
  const stored = settingsOf(state, kind).get(id);
  if (stored === undefined) return null;
  return { id, version: stored.version, settings_offset: stored.offset, value: { ...stored.value } };
}

function faultsOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "value"}: ${issue.message}`).join("; ");
}
