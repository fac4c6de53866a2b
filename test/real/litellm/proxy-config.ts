import { readFileSync } from "node:fs";

const SHIPPED = "examples/gateways/litellm/config.yaml";
const SHIPPED_ENDPOINT = "http://127.0.0.1:4318/v1/gateways/litellm";
const SHIPPED_CALLBACKS = 'callbacks: ["spendtrail"]';

/**
 * A whole `config.yaml` of LiteLLM: the shipped lines merged into it as their README says. Of those only the
 * collector's port is another here; a line that is not found is a fault of this file.
 */
export function proxyConfig(collector: string, upstream: string, hooks: readonly string[] = []): string {
  const shipped = readFileSync(SHIPPED, "utf8");
  const merged = replaced(shipped, SHIPPED_ENDPOINT, `${collector}/v1/gateways/litellm`);
  const callbacks = ['"spendtrail"', "own_account.own_account", ...hooks].join(", ");
  const withOwn = replaced(merged, SHIPPED_CALLBACKS, `callbacks: [${callbacks}]`);
  return `${replaced(withOwn, "litellm_settings:\n", `litellm_settings:\n${CACHE}`)}\n${models(upstream)}`;
}

/** LiteLLM's cache in its own memory, for those calls that ask for it. */
const CACHE = `  cache: true
  cache_params:
    type: local
    mode: default_off
`;

function models(upstream: string): string {
  return `model_list:
  - model_name: claude-sonnet-4-5
    litellm_params:
      model: anthropic/claude-sonnet-4-5-20250929
      api_base: ${upstream}
      api_key: of-no-use
  - model_name: gpt-4o-mini
    litellm_params:
      model: openai/gpt-4o-mini
      api_base: ${upstream}/v1
      api_key: of-no-use
router_settings:
  num_retries: 2
  retry_after: 0
  disable_cooldowns: true
general_settings:
  custom_auth: virtual_keys.user_api_key_auth
`;
}

function replaced(text: string, old: string, by: string): string {
  if (text.split(old).length !== 2) throw new Error(`${SHIPPED} has not exactly one ${JSON.stringify(old)}`);
  return text.replace(old, by);
}
