import { appendNews, type News } from "#jobs/coverage/book.ts";
import { type CoverageDeps, examineTopic } from "#jobs/coverage/examine-topic.ts";
import { ingestedTopics } from "#jobs/coverage/ingested-topics.ts";
import { readStandings } from "#runtime/kafka/topic-standing.ts";

/** Looks that one round takes at a topic at most: a long history is caught up on over several rounds. */
const LOOKS_MAX = 200;

/**
 * Goes on, for every topic that is ingested, from where the last check ended, and puts on record what changed. A second
 * checker at the same time finds the same. The topics that were looked at; one that fails does not keep the others.
 * @throws the first failure, once all topics had their turn
 */
export async function checkCoverage(deps: CoverageDeps, signal?: AbortSignal): Promise<readonly string[]> {
  const topics = ingestedTopics(deps.settings.state().sources.values(), deps.recordsTopic);
  const failures: unknown[] = [];
  for (const topic of topics)
    await checkTopic(deps, topic, signal).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
  return topics;
}

async function checkTopic(deps: CoverageDeps, topic: string, signal?: AbortSignal): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX && signal?.aborted !== true; looks += 1) {
    const atMs = deps.clock().getTime();
    const [standing] = await readStandings(deps.kafka, [topic], deps.log);
    if (standing === undefined) return;
    const { news, hasMore } = await examineTopic(deps, standing, atMs);
    await appendNews(deps.clickhouse, news, deps.clock());
    if (!hasMore || isNothing(news)) return;
  }
}

function isNothing(news: News): boolean {
  return Object.values(news).every((found) => found.length === 0);
}
