import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import { RESEND_MS, resendFiring } from "#jobs/deliveries/resend.ts";

export interface Resending {
  /** Begins it for each Alertmanager whose minute is over. */
  begin(): void;
  /** While one is told again it is told nothing else, so that no end is overtaken by a beginning. */
  isUnderWay(receiver: string): boolean;
  idle(): Promise<void>;
}

/** Tells Alertmanagers again and again of what fires, each by itself: one that hangs holds up no other. */
export function createResending(deps: DeliveriesDeps, signal: AbortSignal, over: () => void): Resending {
  const { settings, clock, log } = deps;
  const beganMs = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  return {
    begin: () => {
      const nowMs = clock().getTime();
      for (const [name, { value }] of settings.state().receivers) {
        if (value.type !== "alertmanager" || underWay.has(name)) continue;
        if (nowMs - (beganMs.get(name) ?? Number.NEGATIVE_INFINITY) < RESEND_MS) continue;
        beganMs.set(name, nowMs);
        const resent = resendFiring(value, deps, signal)
          .catch((error: unknown) => {
            if (!signal.aborted)
              log.error({ err: error, receiver: name }, "an Alertmanager was not told again");
          })
          .finally(() => {
            underWay.delete(name);
            over();
          });
        underWay.set(name, resent);
      }
    },
    isUnderWay: (receiver) => underWay.has(receiver),
    idle: async () => {
      await Promise.all(underWay.values());
    },
  };
}
