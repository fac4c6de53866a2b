import { smtpMail } from "#cli/alerts/smtp-mail.ts";
import type { TellDeps } from "#jobs/deliveries/tell.ts";
import type { Config } from "#runtime/config/config.ts";
import { createGuardedPost } from "#runtime/outbound/guarded-post.ts";

/** What tells receivers, as this program is configured: the jobs and `spendtrail alerts test` alike. */
export function tellingOf({ receivers }: Pick<Config, "receivers">): TellDeps {
  const { allow, secrets, smtp } = receivers;
  const clock = () => new Date();
  return {
    ...{ secrets, clock },
    post: createGuardedPost({ allow, clock }),
    sendMail: smtp === null ? null : smtpMail(smtp),
  };
}
