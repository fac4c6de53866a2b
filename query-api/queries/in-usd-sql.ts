/** Over the alias `currency` of a gateway's figure: one that names none is in US dollars, as everywhere. */
export const IN_USD_SQL = "currency IN ('USD', '')";
