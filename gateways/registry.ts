import type { Adapter } from "#core/adapter.ts";
import { apisix } from "#gateways/apisix.ts";
import { canonical } from "#gateways/canonical.ts";
import { kong } from "#gateways/kong.ts";
import { litellm } from "#gateways/litellm.ts";

/** Every gateway whose records can be read, by name. Another gateway is one file, its fixtures, and a line here. */
export const ADAPTERS: ReadonlyMap<string, Adapter> = new Map(
  [apisix, canonical, kong, litellm].map((adapter) => [adapter.gateway, adapter]),
);
