import { type CommonOptions, configOf } from "#cli/common-options.ts";
import { failure } from "#core/failure.ts";
import { USER_REF, userRef } from "#core/user-ref.ts";

/** People are kept by pseudonym alone; the salt is asked for only where somebody is named. @throws failure PERSON_SALT_NEEDED */
export function pseudonymFor(options: CommonOptions): (name: string) => string {
  return (name) => {
    if (USER_REF.test(name)) return name;
    const { personSalt } = configOf(options, "settings");
    if (personSalt.length === 0) throw failure("PERSON_SALT_NEEDED");
    return userRef(personSalt, name);
  };
}
