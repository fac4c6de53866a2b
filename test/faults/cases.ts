import type { FaultCase } from "#test/faults/case.ts";
import * as broker from "#test/faults/cases/broker.ts";
import * as kills from "#test/faults/cases/kills.ts";
import * as records from "#test/faults/cases/records.ts";
import * as rollups from "#test/faults/cases/rollups.ts";
import * as store from "#test/faults/cases/store.ts";
import * as times from "#test/faults/cases/times.ts";
import * as versions from "#test/faults/cases/versions.ts";

/** Every case, in the order of the list of faults. */
export const CASES: readonly FaultCase[] = [
  ...Object.values({ ...kills, ...store, ...broker, ...records, ...rollups, ...times, ...versions }).filter(
    (value) => typeof value === "object",
  ),
].toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
