/** How to reach ClickHouse. `database` is one of our own, made with ENGINE = Atomic. */
export interface ClickHouseConfig {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls?: { readonly caCert?: Buffer };
  readonly requestTimeoutMs: number;
}
