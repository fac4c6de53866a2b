import { readdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";

const SEGMENT_BYTES = 1024 * 1024;

/** A broker of a test's own whose topics fill several files soon, and which may be stopped to take one away. */
export interface BrokerWithSegments {
  readonly brokers: readonly string[];
  /** Stops it, removes the n-th file of a partition's log with what belongs to it, starts it; what lay in the file. */
  removeSegment(
    topic: string,
    partition: number,
    which: number,
  ): Promise<{ readonly from: number; readonly to: number }>;
  stop(): Promise<void>;
}

export async function startWithSegments(): Promise<BrokerWithSegments> {
  const dir = await mkdtemp(join(tmpdir(), "spendtrail-segments-"));
  const properties = () => ({ "log.segment.bytes": String(SEGMENT_BYTES) });
  let kafka: EmbeddedKafka = await startKafka({ dir, properties });
  const { brokers } = kafka;
  const port = Number(brokers[0]?.split(":")[1]);
  return {
    brokers,
    removeSegment: async (topic, partition, which) => {
      await kafka.stop();
      const folder = join(dir, "log", `${topic}-${partition}`);
      const names = readdirSync(folder);
      const bases = names.filter((name) => name.endsWith(".log")).sort();
      const [file, next] = [bases[which], bases[which + 1]];
      if (file === undefined || next === undefined)
        throw new Error(`only ${bases.length} files in ${folder}`);
      const stem = file.replace(/\.log$/, "");
      for (const name of names) if (name.startsWith(`${stem}.`)) rmSync(join(folder, name));
      kafka = await startKafka({ dir, port, properties });
      return { from: Number(stem), to: Number(next.replace(/\.log$/, "")) - 1 };
    },
    stop: async () => {
      await kafka.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
