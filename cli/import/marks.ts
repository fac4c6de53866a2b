import { createHash } from "node:crypto";
import { z } from "zod";
import { Act } from "#core/act.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig, Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** How far an input was imported: that many of its elements, which have this digest. */
export const Mark = z.strictObject({
  input: z.string(),
  elements: z.int().nonnegative(),
  digest: z.string(),
  cursor: z.string().nullable(),
  /** The whole of an input that never changes. */
  done: z.boolean(),
});
export type Mark = z.infer<typeof Mark>;

const Detail = z.looseObject({ import: z.string(), marks: z.array(Mark) });

/** What was asked for; another source or range of time is another import, with marks of its own. */
export interface ImportKey {
  readonly source: string;
  readonly from: string | null;
  readonly until: string | null;
}

export function importId(key: ImportKey): string {
  const text = JSON.stringify([key.source, key.from, key.until]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/**
 * The latest mark of each input of an import, as the acts topic has them: the log is where an import keeps its place,
 * since no program has a state of its own.
 */
export async function readMarks(
  kafka: KafkaConfig,
  topic: string,
  id: string,
  log: Log,
): Promise<Map<string, Mark>> {
  const marks = new Map<string, Mark>();
  const reader = await readTopic(kafka, {
    topic,
    log,
    onRecord: ({ value }) => {
      for (const mark of marksIn(value, id)) marks.set(mark.input, mark);
    },
  });
  await reader.stop();
  return marks;
}

function marksIn(value: Buffer | null, id: string): readonly Mark[] {
  // Most acts are reads of people; only those that name this import are worth parsing.
  if (value === null || !value.includes(id)) return [];
  try {
    const act = Act.parse(JSON.parse(value.toString("utf8")));
    const detail = Detail.parse(act.detail);
    return act.act === "import.progress" && detail.import === id ? detail.marks : [];
  } catch {
    return [];
  }
}

export interface ImportActs {
  /** Before the first record goes out. */
  began(): Promise<void>;
  /** Resolves when the marks are on the log: then what they say is never sent again. */
  progress(marks: readonly Mark[]): Promise<void>;
  ended(figures: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The acts of one import. @param input what the command line named, without credentials */
export function importActs(
  producer: Pick<Producer, "send">,
  topic: string,
  key: ImportKey,
  input: string,
): ImportActs {
  const record = createRecordAct(producer, topic);
  const base = { actor: "command line", subject: key.source };
  const detail = { import: importId(key), input, from: key.from, until: key.until };
  return {
    began: () => record({ ...base, act: "import.began", detail }),
    progress: (marks) =>
      record({ ...base, act: "import.progress", detail: { import: detail.import, marks } }),
    ended: (figures) => record({ ...base, act: "import.ended", detail: { ...detail, ...figures } }),
  };
}
