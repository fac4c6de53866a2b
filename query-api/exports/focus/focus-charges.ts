import type { Money } from "#core/money.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { BookedPart } from "#query-api/exports/charges/booked-charges.ts";
import { CHARGE_WORDS } from "#query-api/exports/charges/charge-words.ts";
import type { Cells } from "#query-api/exports/export-column.ts";
import {
  type BillingAccount,
  DRAFT_NAMES,
  type FocusColumn,
  monthAfter,
  startOf,
} from "#query-api/exports/focus/focus-columns.ts";
import { decimalText } from "#query-api/exports/focus/focus-lines.ts";
import { providerName } from "#query-api/exports/focus/service-names.ts";
import { tagsOf } from "#query-api/exports/focus/sku.ts";

/** A part of a charge as a FOCUS row. A column without a value here is null: FOCUS asks for none of this category. */
export function chargeCells(
  columns: readonly FocusColumn[],
  booked: BookedPart,
  account: BillingAccount,
): Cells {
  const values = chargeValues(booked, account);
  return columns.map(({ name }) => values[DRAFT_NAMES[name] ?? name] ?? null);
}

/**
 * The values by their columns' names. One charge is priced at what it costs: taken back, minus one charge. A tax has no
 * price and no SKU, and neither has a credit or an adjustment, which are of no offer (FOCUS, PricingQuantity, SkuId).
 */
export function chargeValues(
  { charge, part, bookedAtMs, corrects, correctedFrom }: BookedPart,
  account: BillingAccount,
): Readonly<Record<string, string | null>> {
  const { id, kind, description, vendor, from, to, split } = charge;
  const { category, frequency } = CHARGE_WORDS[kind];
  const cost = decimalText(part.amount);
  const month = `${new Date(bookedAtMs).toISOString().slice(0, 7)}-01`;
  const correctedMonth = correctedFrom === null ? month : `${correctedFrom.slice(0, 7)}-01`;
  const correctsBegin =
    corrects !== null
      ? new Date(corrects.fromMs).toISOString().replace(".000Z", "Z")
      : correctedMonth < month
        ? startOf(correctedMonth)
        : null;
  const provider = providerName(vendor);
  const isTaken = part.amount < 0n;
  const unitPrice = decimalText((isTaken ? -part.amount : part.amount) as Money);
  const quantity = isTaken ? "-1.0" : "1.0";
  const payer = { team: part.team, cost_center: part.cost_center };
  return {
    BilledCost: cost,
    ContractedCost: cost,
    EffectiveCost: cost,
    ListCost: cost,
    BillingAccountId: account.id ?? idOf(vendor),
    BillingAccountName: account.name ?? account.id ?? vendor,
    BillingCurrency: "USD",
    BillingPeriodStart: startOf(month),
    BillingPeriodEnd: monthAfter(month),
    ChargeCategory: category,
    ChargeClass: correctsBegin === null ? null : "Correction",
    ChargeDescription: description,
    ChargeFrequency: frequency,
    ChargePeriodStart: from.replace(".000Z", "Z"),
    ChargePeriodEnd: to.replace(".000Z", "Z"),
    ...(category === "Usage" ? { ConsumedQuantity: quantity, ConsumedUnit: "Charges" } : {}),
    ...(category === "Usage" || category === "Purchase"
      ? {
          ContractedUnitPrice: unitPrice,
          ListUnitPrice: unitPrice,
          PricingCategory: "Other",
          PricingQuantity: quantity,
          PricingUnit: "Charges",
          SkuId: `${vendor}-${kind}`,
          SkuPriceId: `${vendor}:${kind}`,
        }
      : {}),
    HostProviderName: provider,
    InvoiceIssuerName: provider,
    ProviderName: provider,
    PublisherName: provider,
    ServiceProviderName: provider,
    ServiceCategory: "AI and Machine Learning",
    ServiceName: provider,
    ServiceSubcategory: "Generative AI",
    Tags: tagsOf({ ...payer, project: null }),
    x_ChargeId: id,
    x_CorrectsPeriodStart: correctsBegin,
    x_CostCenter: part.cost_center ?? UNALLOCATED,
    x_CostStatus: "charge",
    x_Split: split,
    x_Team: part.team,
  };
}

/** A column of ids that are all digits is taken for numbers by readers of CSV. */
function idOf(vendor: string): string {
  return /\D/.test(vendor) ? vendor : `vendor ${vendor}`;
}
