import { changeKey, SettingsChange } from "#core/settings/change.ts";
import { type ImportPlan, planToChanges } from "#core/settings/import-plan.ts";
import type { Outcome } from "#core/settings/state.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** How long the own fold may take to pass a change that Kafka has acknowledged. */
const FOLLOW_MS_MAX = 15_000;
/** Bounds of one send: below Kafka's default of 1 MiB for a batch of messages. */
const SEND_RECORDS_MAX = 500;
const SEND_BYTES_MAX = 512 * 1024;

/**
 * Sends one change and waits until this process's own fold has passed it: what it answers is what every other
 * program will see, too. Two that change the same version at once both get an answer, and one of them is
 * `conflict`. A repeat of a change id is answered with what became of the first.
 *
 * @throws failure SETTINGS_NOT_FOLLOWED when the fold does not pass it in time; the change still counts.
 */
export async function changeSettings(
  producer: Producer,
  log: SettingsLog,
  change: SettingsChange,
): Promise<Outcome> {
  const [outcome] = await sendChanges(producer, log, [change]);
  if (outcome === undefined) throw new Error("one change has one outcome");
  return outcome;
}

/** Sends a plan's changes in order and gives the outcome of each; one that is refused does not stop the others. */
export async function applyPlan(
  producer: Producer,
  log: SettingsLog,
  plan: ImportPlan,
  by: { readonly actor: string; readonly reason: string },
): Promise<readonly Outcome[]> {
  const changeIds = plan.changes.map(() => crypto.randomUUID());
  return sendChanges(producer, log, planToChanges(plan, { ...by, changeIds }));
}

async function sendChanges(
  producer: Producer,
  log: SettingsLog,
  changes: readonly SettingsChange[],
): Promise<readonly Outcome[]> {
  const offsets: bigint[] = [];
  for (const chunk of inChunks(changes)) {
    const [produced] = await producer.send(log.topic, chunk);
    if (produced === undefined) throw new Error("Kafka acknowledged a send without an offset");
    offsets.push(...chunk.map((_, index) => produced.baseOffset + BigInt(index)));
  }
  const last = offsets.at(-1);
  if (last === undefined) return [];
  await log.waitFor(last, AbortSignal.timeout(FOLLOW_MS_MAX));
  return offsets.map((offset) => finalOutcome(log, offset));
}

function finalOutcome(log: SettingsLog, offset: bigint): Outcome {
  const outcome = log.outcomeAt(offset);
  if (outcome === undefined)
    throw new Error(`the settings fold passed offset ${offset} without a message there`);
  return outcome.outcome === "duplicate" ? (log.outcomeAt(outcome.first) ?? outcome) : outcome;
}

type Outgoing = { readonly key: string; readonly value: Buffer; readonly partition: 0 };

function* inChunks(changes: readonly SettingsChange[]): Generator<readonly Outgoing[]> {
  let chunk: Outgoing[] = [];
  let bytes = 0;
  for (const change of changes) {
    // Parsed on the way out as well: what is not a change must never get onto a log that is kept for ever.
    const value = Buffer.from(JSON.stringify(SettingsChange.parse(change)));
    if (chunk.length > 0 && (chunk.length === SEND_RECORDS_MAX || bytes + value.length > SEND_BYTES_MAX)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push({ key: changeKey(change), value, partition: 0 });
    bytes += value.length;
  }
  if (chunk.length > 0) yield chunk;
}
