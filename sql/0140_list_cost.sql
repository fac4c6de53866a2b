-- What a call costs by the list price, where a discount or a negotiated rate makes that another figure than `cost_usd`.
-- Budgets may count by it (docs/budgets.md): a team that plans by list prices is not to notice when finance gets a better
-- contract. NULL is the same as the cost, which it is for nearly all calls, so that the column costs next to nothing and
-- rows from before it say what they said. In no key, like all that settings decide.
ALTER TABLE events_v1
    ADD COLUMN IF NOT EXISTS list_usd Nullable(Decimal(38, 12)) COMMENT 'By list price; NULL: as cost_usd' AFTER cost_usd;
