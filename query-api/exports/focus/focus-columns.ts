import type { Money } from "#core/money.ts";
import type { ExportColumn, ExportType } from "#query-api/exports/export-column.ts";
import { decimalText, type FocusLine } from "#query-api/exports/focus/focus-lines.ts";
import { METER_WORDS } from "#query-api/exports/focus/meter-words.ts";
import { modelDeveloper, serviceNames } from "#query-api/exports/focus/service-names.ts";
import { skuPriceDetails, skuPriceId, tags } from "#query-api/exports/focus/sku.ts";

export const FOCUS_VERSIONS = ["1.0", "1.2", "1.4"] as const;
export type FocusVersion = (typeof FOCUS_VERSIONS)[number];

/** Who is billed: FOCUS asks for it on each row, and no gateway tells. */
export interface BillingAccount {
  /** null: the name of the source. */
  readonly id: string | null;
  readonly name: string | null;
}

export interface FocusColumn extends ExportColumn {
  readonly versions: readonly FocusVersion[];
  readonly value: (line: FocusLine, account: BillingAccount) => string | null;
}

const ALL: readonly FocusVersion[] = FOCUS_VERSIONS;
const BEFORE_1_4: readonly FocusVersion[] = ["1.0", "1.2"];
const FROM_1_2: readonly FocusVersion[] = ["1.2", "1.4"];

const column =
  (type: ExportType) =>
  (name: string, value: FocusColumn["value"], versions: readonly FocusVersion[] = ALL): FocusColumn => ({
    name,
    type,
    versions,
    value,
  });
const text = column("text");
const time = column("instant");
const decimal = column("decimal");
const cost = (name: string, value: (line: FocusLine) => Money): FocusColumn => ({
  ...decimal(name, (line) => decimalText(value(line))),
  isSummed: true,
});
const none = () => null;

/**
 * The one mapping of calls to FOCUS (`focus-charges.ts` has that of charges): each column, in which versions it is, and where its value comes from. Columns of
 * 1.0 that can have no value here are in its profile because its rules ask for them; later versions leave out what does
 * not apply.
 */
export const FOCUS_COLUMNS: readonly FocusColumn[] = [
  text("AvailabilityZone", none, ["1.0"]),
  cost("BilledCost", (line) => line.cost),
  text("BillingAccountId", ({ group }, account) => account.id ?? group.source),
  text("BillingAccountName", ({ group }, account) => account.name ?? account.id ?? group.source),
  text("BillingCurrency", () => "USD"),
  time("BillingPeriodEnd", ({ group }) => monthAfter(group.month)),
  time("BillingPeriodStart", ({ group }) => startOf(group.month)),
  text("ChargeCategory", () => "Usage"),
  text("ChargeClass", ({ group }) => (group.corrects === "" ? null : "Correction")),
  text(
    "ChargeDescription",
    ({ group, meter }) => `${group.model}: ${meter === null ? REST : METER_WORDS[meter].meter}`,
  ),
  text("ChargeFrequency", () => "Usage-Based"),
  time("ChargePeriodEnd", ({ group }) => dayAfter(group.day)),
  time("ChargePeriodStart", ({ group }) => startOf(group.day)),
  text("CommitmentDiscountCategory", none, ["1.0"]),
  text("CommitmentDiscountId", none, ["1.0"]),
  text("CommitmentDiscountName", none, ["1.0"]),
  text("CommitmentDiscountStatus", none, ["1.0"]),
  text("CommitmentDiscountType", none, ["1.0"]),
  decimal("ConsumedQuantity", ({ quantity }) => `${quantity}.0`),
  text("ConsumedUnit", ({ meter }) => (meter === null ? "Charges" : METER_WORDS[meter].unit)),
  cost("ContractedCost", (line) => line.cost),
  decimal("ContractedUnitPrice", (line) => decimalText(line.contractedUnitPrice)),
  cost("EffectiveCost", (line) => line.cost),
  text("HostProviderName", ({ group }) => serviceNames(group.platform).host, ["1.4"]),
  text("InvoiceIssuerName", ({ group }) => serviceNames(group.platform).provider),
  cost("ListCost", (line) => line.listCost),
  decimal("ListUnitPrice", (line) => decimalText(line.listUnitPrice)),
  text("PricingCategory", ({ meter }) => (meter === null ? "Other" : "Standard")),
  decimal("PricingQuantity", (line) => decimalText(line.pricingQuantity)),
  text("PricingUnit", ({ meter }) => (meter === null ? "Charges" : PRICING_UNIT[METER_WORDS[meter].unit])),
  text("ProviderName", ({ group }) => serviceNames(group.platform).provider, BEFORE_1_4),
  text(
    "PublisherName",
    (line) => modelDeveloper(line.group.model) ?? serviceNames(line.group.platform).provider,
    BEFORE_1_4,
  ),
  text("RegionId", ({ group }) => group.region),
  text("RegionName", ({ group }) => group.region),
  text("ResourceId", none, ["1.0"]),
  text("ResourceName", none, ["1.0"]),
  text("ResourceType", none, ["1.0"]),
  text("ServiceCategory", () => "AI and Machine Learning"),
  text("ServiceName", ({ group }) => serviceNames(group.platform).service),
  text("ServiceProviderName", ({ group }) => serviceNames(group.platform).provider, ["1.4"]),
  text("ServiceSubcategory", () => "Generative AI", FROM_1_2),
  text(
    "SkuId",
    ({ group, meter }) => `${group.model}-${meter === null ? "not-split" : METER_WORDS[meter].sku}`,
  ),
  text("SkuMeter", ({ meter }) => (meter === null ? null : METER_WORDS[meter].meter), FROM_1_2),
  text("SkuPriceDetails", skuPriceDetails, FROM_1_2),
  text("SkuPriceId", skuPriceId),
  text("SubAccountId", ({ group }) => group.project),
  text("SubAccountName", ({ group }) => group.project),
  text("SubAccountType", ({ group }) => (group.project === null ? null : "Project"), FROM_1_2),
  text("Tags", tags),
  text("x_ChargeId", none),
  text("x_CorrectsPeriodStart", ({ group }) => correctedBegin(group.corrects)),
  text("x_CostCenter", ({ group }) => group.cost_center),
  text("x_CostStatus", ({ group }) => group.cost_status),
  text("x_PriceId", ({ group }) => group.price_id),
  text("x_Source", ({ group }) => group.source),
  text("x_Split", none),
  text("x_Team", ({ group }) => group.team),
];

/**
 * Names that the validator's rules for 1.0 ask for; the specification's own are above. FOCUS 1.0 was published with
 * `ProviderName`, and the rules of the validator 1.0.0 kept those of the draft before it.
 */
export const DRAFT_NAMES: Readonly<Record<string, string>> = {
  ChargeType: "ChargeCategory",
  InvoiceIssuer: "InvoiceIssuerName",
  Provider: "ProviderName",
  Publisher: "PublisherName",
  ResourceID: "ResourceId",
};

/** The columns of one version, by name. */
export function focusColumns(version: FocusVersion): readonly FocusColumn[] {
  const own = FOCUS_COLUMNS.filter(({ versions }) => versions.includes(version));
  if (version !== "1.0") return own;
  const drafts = Object.entries(DRAFT_NAMES).flatMap(([name, of]) =>
    own.filter((found) => found.name === of).map((found) => ({ ...found, name })),
  );
  return [...own, ...drafts];
}

const REST = "not split by meter";
const PRICING_UNIT = { Tokens: "1000000 Tokens", Requests: "Requests" } as const;
const DAY_MS = 86_400_000;

/** A month's first day, or the instant that an accounting period begins at. */
function correctedBegin(corrects: string): string | null {
  if (corrects === "") return null;
  return corrects.includes("T") ? corrects : startOf(corrects);
}

export const startOf = (date: string) => `${date}T00:00:00Z`;
const dayAfter = (date: string) => startOf(new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10));

export function monthAfter(date: string): string {
  const [year = 0, month = 0] = date.split("-").map(Number);
  return startOf(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10));
}
