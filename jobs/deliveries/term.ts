import type { Delivery } from "#core/notifications/delivery.ts";
import { watchRequests } from "#jobs/deliveries/asked-again.ts";
import { createBook } from "#jobs/deliveries/book.ts";
import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import { nextStep } from "#jobs/deliveries/next-step.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";
import { type OpenScope, readOpen } from "#jobs/deliveries/read-open.ts";
import { countDead, readGone } from "#jobs/deliveries/read-standing.ts";
import { createRecorder } from "#jobs/deliveries/recorder.ts";
import { createResending } from "#jobs/deliveries/resending.ts";
import { takeStep, undeliveredAct } from "#jobs/deliveries/try-delivery.ts";
import { untilDone } from "#jobs/deliveries/until-done.ts";
import { watchAlerts } from "#jobs/deliveries/watch-alerts.ts";

/** At once to one receiver: a slow one holds up what is for itself. */
const AT_ONCE_A_RECEIVER = 8;
const AT_ONCE = 256;
/** So often everything is looked through, for what no change announces: a clock that is far behind, a lost row. */
const FULL_MS = 300_000;

export interface Term {
  /** Looks for what is new and begins what is due; does not wait for receivers. */
  tick(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/**
 * The work of one leader while it leads. All that it knows can be read again from the store, and the next leader does;
 * that something was sent and not yet recorded nobody can know, so that is sent again with the same id.
 *
 * @param settled called when something was settled, so that what waited for it begins at once
 */
export function createTerm(deps: DeliveriesDeps, signal: AbortSignal, settled: () => void): Term {
  const { clickhouse, settings, measures, clock, log } = deps;
  const underWay = new Map<string, { readonly receiver: string; readonly over: Promise<void> }>();
  const book = createBook(clock, (id) => underWay.has(id));
  const record = createRecorder(clickhouse);
  const alerts = watchAlerts(clickhouse, clock, signal);
  const requests = watchRequests(deps, signal);
  const resending = createResending(deps, signal, settled);
  const gone = new Map<string, number>();
  let fullAtMs = Number.NEGATIVE_INFINITY;
  let dead = 0;

  const read = (scope: OpenScope) => readOpen(clickhouse, scope, clock().toISOString(), signal);

  const readAll = async () => {
    const beganMs = clock().getTime();
    for (const [receiver, version] of await readGone(clickhouse, signal)) gone.set(receiver, version);
    dead = await countDead(clickhouse, signal);
    book.add(await read({ of: "all" }));
    book.forget(beganMs - FULL_MS);
    fullAtMs = beganMs;
  };

  const settle = async (one: OpenDelivery, after: Delivery) => {
    const { id, receiver, state, failure } = after;
    await untilDone(deps, signal, async () => {
      if (state === "dead")
        await deps.recordAct(undeliveredAct(after, settings.state().receivers.get(receiver)?.value));
      await record(after);
    });
    measures.tries.inc({ receiver, outcome: state === "pending" ? "retried" : state });
    if (failure?.code === "RECEIVER_GONE") gone.set(receiver, after.receiverVersion);
    book.put(one, after);
    if (state === "dead") {
      dead += 1;
      log.error(
        { delivery: id, alert: after.alertId, receiver, code: failure?.code },
        "a notification was given up",
      );
    }
    // Its end was left out while it was given up.
    if (state === "sent" && after.transition === "firing" && after.replays > 0)
      book.reopen(await read({ of: "beside", ids: [id] }));
  };

  const begin = (one: OpenDelivery) => {
    const { id, receiver } = one.delivery;
    const step = nextStep(one, settings.state().receivers.get(receiver), gone.get(receiver));
    if (step.do === "wait" || (step.do === "tell" && resending.isUnderWay(receiver))) return false;
    const over = takeStep(one, step, deps, signal)
      .then((after) => settle(one, after))
      .catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error, delivery: id }, "a notification was left undone");
      })
      .finally(() => {
        underWay.delete(id);
        settled();
      });
    underWay.set(id, { receiver, over });
    return true;
  };

  const beginDue = () => {
    const now = clock().toISOString();
    const counts = new Map<string, number>();
    for (const { receiver } of underWay.values()) counts.set(receiver, (counts.get(receiver) ?? 0) + 1);
    for (const one of book.open.values()) {
      if (underWay.size >= AT_ONCE) return;
      const { id, receiver, nextTryAt } = one.delivery;
      const count = counts.get(receiver) ?? 0;
      if (underWay.has(id) || count >= AT_ONCE_A_RECEIVER || (nextTryAt ?? "") > now) continue;
      if (begin(one)) counts.set(receiver, count + 1);
    }
  };

  const tellMeasures = () => {
    const since = [...book.open.values()].map(({ delivery }) => Date.parse(delivery.createdAt));
    const nowMs = clock().getTime();
    measures.pending.set(since.length);
    measures.dead.set(Math.max(0, dead));
    measures.oldestSeconds.set(since.reduce((most, atMs) => Math.max(most, nowMs - atMs), 0) / 1000);
  };

  return {
    tick: async () => {
      const changedSince = await alerts.changed();
      if (clock().getTime() - fullAtMs >= FULL_MS) await readAll();
      else if (changedSince !== null) book.add(await read({ of: "changed", since: changedSince }));
      const asked = await requests.asked();
      dead -= asked.length;
      book.reopen(asked);
      resending.begin();
      beginDue();
      tellMeasures();
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all([...underWay.values()].map(({ over }) => over));
      await resending.idle();
    },
  };
}
