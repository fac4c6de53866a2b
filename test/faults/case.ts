import type { Field } from "#test/faults/field.ts";
import type { Verdict } from "#test/faults/oracle.ts";
import { verify } from "#test/faults/oracle.ts";
import type { Random } from "#test/faults/random.ts";
import type { Servers } from "#test/faults/servers.ts";

export interface CaseContext {
  readonly servers: Servers;
  readonly random: Random;
  readonly isShort: boolean;
  /** The tree whose programs run: this one, or a copy with a guard taken out. */
  readonly root: string;
  open(options?: { readonly partitions?: number }): Promise<Field>;
}

/** What a case demands beside that nothing is lost or doubled; a sentence for each that does not hold. */
export type Demands = Readonly<Record<string, boolean>>;

export interface CaseReport {
  readonly load: string;
  readonly faults: string;
  readonly verdict: Verdict;
  /** From the end of the last fault until everything was there and compared. */
  readonly recoveryS: number;
  readonly peakMib: number;
  readonly demands: Demands;
  /** What ingesters said last that ended by themselves: where to look when a case fails. */
  readonly lastWords: readonly string[];
}

export interface FaultCase {
  /** As in the list of faults: F1 to F27. */
  readonly id: string;
  readonly title: string;
  /** Servers of its own, where it needs others than the rest. */
  readonly servers?: () => Promise<Servers>;
  run(context: CaseContext): Promise<CaseReport>;
}

/** Compares what is there with the ledger and closes the field; part of every case. */
export async function reportOf(
  field: Field,
  options: {
    readonly faults: string;
    readonly load?: string;
    readonly demands?: () => Promise<Demands> | Demands;
    /** Whether a row may have been written twice, because here the token path does not hold. */
    readonly mayRepeatRows?: boolean;
    readonly boundMs?: number;
  },
): Promise<CaseReport> {
  const startMs = performance.now();
  const verdict = await verify(field.store, field.sender.ledger, options.boundMs);
  const recoveryS = (performance.now() - startMs) / 1000;
  const demands = { ...(await options.demands?.()) };
  const peakMib = Math.max(0, ...field.programs().map((program) => program.peakMib()));
  const { calls } = field.sender.ledger;
  const lastWords = field.programs().flatMap((program) => program.lastWords());
  return {
    lastWords,
    load: options.load ?? `${calls.size} calls`,
    faults: options.faults,
    verdict,
    recoveryS,
    peakMib,
    demands: {
      ...demands,
      "no row was written twice": options.mayRepeatRows === true || verdict.physicalDuplicates === 0,
      "an ingester stays below 512 MB": peakMib * 1.048576 < 512,
    },
  };
}

/** Whether a case passed, and if not, why. */
export function faultsOf({ verdict, demands }: CaseReport): readonly string[] {
  const { lost, doubled, rejectsOff } = verdict;
  return [
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(doubled > 0 ? [`${doubled} doubled`] : []),
    ...(rejectsOff > 0 ? [`${rejectsOff} rejects too many or too few`] : []),
    ...Object.entries(demands).flatMap(([what, holds]) => (holds ? [] : [`not so: ${what}`])),
  ];
}
