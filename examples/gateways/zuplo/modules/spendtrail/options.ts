/** The `options` of the policy in `config/policies.json`. */
export interface UsageOptions {
  /** The gateway in the events' `source`: one name for each Zuplo project and environment. */
  readonly instance: string;
  /** Where the models run, by the beginning of their names; the first that fits. The answer does not say it. */
  readonly platforms?: readonly { readonly modelPrefix: string; readonly platform: string }[];
  /** The team that pays for everything behind this policy. */
  readonly team?: string;
  /** The member of the app's metadata (`request.user.data`) that names the team. */
  readonly teamMetadata?: string;
  /** What `request.user.sub` is: an app's name (as the AI Gateway's own keys have it), or a person. */
  readonly subject?: "app" | "person";
  /** The request header that carries the session. */
  readonly sessionHeader?: string;
}

export const SESSION_HEADER = "x-claude-code-session-id";
