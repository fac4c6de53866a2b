import { z } from "zod";
import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";

const leaf = z.unknown().optional();

/**
 * What is read of a record of Amazon Bedrock's model invocation logging, version 1.0 (Amazon Bedrock user guide,
 * "Monitor model invocation using CloudWatch Logs and Amazon S3"). Other members are ignored.
 */
export const InvocationLog = z.object({
  schemaType: leaf,
  timestamp: leaf,
  accountId: leaf,
  region: leaf,
  inferenceRegion: leaf,
  requestId: leaf,
  operation: leaf,
  modelId: leaf,
  identity: z.object({ arn: leaf }).nullish(),
  input: z
    .object({
      inputBodyJson: leaf,
      inputTokenCount: leaf,
      cacheReadInputTokenCount: leaf,
      cacheWriteInputTokenCount: leaf,
    })
    .nullish(),
  output: z.object({ outputBodyJson: leaf, outputTokenCount: leaf }).nullish(),
  requestMetadata: z.record(z.string(), z.unknown()).nullish(),
  performanceConfig: z.object({ latency: leaf }).nullish(),
  serviceTier: leaf,
  errorCode: leaf,
  status: leaf,
});
export type InvocationLog = z.infer<typeof InvocationLog>;

/** The record itself, also where CloudWatch's log event holds it as text in `message`. */
export function unwrapped(element: unknown): unknown {
  const members = membersOf(element);
  return members !== null && members["schemaType"] === undefined && typeof members["message"] === "string"
    ? parsedJson(members["message"])
    : element;
}
