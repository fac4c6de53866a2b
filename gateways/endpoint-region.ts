/** Amazon: `bedrock-runtime.eu-central-1.amazonaws.com`, `bedrock-runtime-fips.us-gov-west-1.…`, and ARNs. */
const BEDROCK_HOST = /bedrock[a-z-]*\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws|api\.aws)/;
const BEDROCK_ARN = /^arn:aws[a-z-]*:bedrock:([a-z]{2}(?:-[a-z]+)+-\d):/;
/** Google: `europe-west1-aiplatform.googleapis.com`; without a region it is the global endpoint. */
const VERTEX_HOST = /(?:([a-z]+(?:-[a-z]+\d)?)-)?aiplatform\.(?:([a-z]+)\.rep\.)?googleapis\.com/;

/** The region that an endpoint's address or a model's ARN names; null where neither does. */
export function endpointRegion(endpoint: string | null, model: string | null): string | null {
  const arn = BEDROCK_ARN.exec(model ?? "")?.[1];
  if (arn !== undefined) return arn;
  if (endpoint === null) return null;
  const bedrock = BEDROCK_HOST.exec(endpoint)?.[1];
  if (bedrock !== undefined) return bedrock;
  const vertex = VERTEX_HOST.exec(endpoint);
  return vertex === null ? null : (vertex[1] ?? vertex[2] ?? "global");
}
