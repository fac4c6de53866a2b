import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Alert, type AlertKind, alertId } from "#core/alert.ts";
import type { SettingsChange } from "#core/settings/change.ts";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import { deliveriesJob } from "#jobs/deliveries/job.ts";
import { deliveryMeasures } from "#jobs/deliveries/measures.ts";
import type { SendMail } from "#jobs/deliveries/tell.ts";
import type { ActToRecord } from "#runtime/acts/record-act.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { allowedPlaces } from "#runtime/config/receiver-settings.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { createGuardedPost } from "#runtime/outbound/guarded-post.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { type Ground, silent } from "#test/support/pipeline.ts";

export const SECRETS = {
  new: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
  old: `whsec_${Buffer.alloc(24, 9).toString("base64")}`,
};

/** Sets a receiver, or removes it; gives its version. */
export async function setReceiver(ground: Ground, id: string, said: object | null): Promise<number> {
  return change(ground, {
    ...{ kind: "receiver", id, expected_version: ground.settings.state().receivers.get(id)?.version ?? 0 },
    value: said === null ? null : ReceiverSetting.parse({ id, ...said }),
  });
}

/** Asks for a given-up notification, as the API does. */
export async function askAgain(ground: Ground, id: string): Promise<number> {
  const version = ground.settings.state().deliveryRequests.get(id)?.version ?? 0;
  const value = { id, requested_by: "test" };
  return change(ground, { kind: "delivery_request", id, expected_version: version, value });
}

async function change(
  ground: Ground,
  wish: Pick<SettingsChange, "kind" | "id" | "value" | "expected_version">,
): Promise<number> {
  const by = { change_id: randomUUID(), actor: "test", reason: "test" };
  const outcome = await changeSettings(ground.producer, ground.settings, {
    ...wish,
    ...by,
  } as SettingsChange);
  if (outcome.outcome !== "applied") throw new Error(JSON.stringify(outcome, (_, held) => `${held}`));
  return outcome.version;
}

let alerts = 0;
/** An alert of its own that fires for these. */
export function firing(receivers: readonly string[], more: Partial<Alert> = {}): Alert {
  alerts += 1;
  const kind: AlertKind = more.kind ?? "budget_actual";
  const labels = more.labels ?? { budget: `budget-${alerts}`, threshold: "80" };
  const at = new Date().toISOString();
  return {
    ...{ id: alertId(kind, labels), kind, labels, receivers, episode: 1, state: "firing" },
    ...{ details: { spent_usd: "1600.5", limit_usd: "2000" }, firstSeen: at, lastSeen: at, firedAt: at },
    ...{ changedAt: at, resolvedAt: null, revision: 1 },
    ...more,
  };
}

export function ended(alert: Alert, state: "resolved" | "superseded" = "resolved"): Alert {
  const at = new Date(Math.max(Date.now(), Date.parse(alert.firedAt) + 1)).toISOString();
  return { ...alert, state, changedAt: at, resolvedAt: at, revision: alert.revision + 1 };
}

export const write = (ground: Ground, some: readonly Alert[]) => writeAlerts(ground.clickhouse, some);

/** One process that leads the job, with a clock, acts and metrics of its own. A round ends when nothing is under way. */
export function deliveriesLeader(
  ground: Ground,
  options: {
    readonly allow?: string;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly sendMail?: SendMail;
    readonly clickhouse?: Pick<ClickHouse, "query" | "insert">;
    readonly ca?: string;
    readonly answerMsMax?: number;
    readonly roundMs?: number;
  } = {},
) {
  const acts: ActToRecord[] = [];
  const metrics = createMetrics({ defaults: false });
  const state = { aheadMs: 0 };
  const clock = () => new Date(Date.now() + state.aheadMs);
  const ending = new AbortController();
  const job = deliveriesJob(
    {
      clickhouse: options.clickhouse ?? ground.clickhouse,
      settings: ground.settings,
      telling: {
        post: createGuardedPost({
          allow: options.allow === undefined ? [] : allowedPlaces.parse(options.allow),
          clock,
          ...(options.ca === undefined ? {} : { ca: options.ca }),
          ...(options.answerMsMax === undefined ? {} : { answerMsMax: options.answerMsMax }),
        }),
        secrets: new Map(Object.entries({ ...SECRETS, ...options.secrets })),
        sendMail: options.sendMail ?? null,
        clock,
      },
      recordAct: async (act) => void acts.push(act),
      measures: deliveryMeasures(metrics),
      ...{ log: silent, clock, chance: () => 0 },
    },
    { roundMs: options.roundMs ?? 0 },
  );
  return {
    acts,
    job,
    ending,
    /** Sets the clock so far ahead, does all that is due, and what became possible by it. */
    round: async (aheadMs?: number) => {
      state.aheadMs = aheadMs ?? state.aheadMs;
      for (let times = 0; times < 2; times += 1) {
        await job.run(ending.signal);
        await job.idle();
      }
    },
    metrics: async () => (await metrics.render()).text,
  };
}

const Row = z.object({
  ...{ delivery_id: z.string(), transition: z.string(), state: z.string(), attempts: z.int() },
  ...{ status: z.int(), code: z.string(), message: z.string(), replays: z.int() },
  next_in_s: z.coerce.number().nullable(),
});
/** What is on record of one receiver, in the order of alerts. */
export async function recordOf(ground: Ground, receiver: string): Promise<readonly z.output<typeof Row>[]> {
  return ground.clickhouse.query({
    name: "test",
    sql: `SELECT delivery_id, toString(transition) AS transition, toString(d.state) AS state, attempts, status, code,
            message, replays, toString(dateDiff('second', changed_at, next_try_at)) AS next_in_s
          FROM all_deliveries AS d WHERE receiver = {receiver:String} ORDER BY created_at, alert_id, transition`,
    params: { receiver },
    row: Row,
  });
}
