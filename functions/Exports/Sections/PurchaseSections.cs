namespace NxLoy.Functions.Exports;

/// <summary>What the customer bought, and the points for it.</summary>
internal static class PurchaseSections
{
    public static IReadOnlyList<ExportSection> All { get; } =
    [
        new("transactions", "Your purchases, refunds and cancellations", "transactions", ExportSection.OfCustomer,
            """
            select id, kind, amount, currency, occurred_at as "occurredAt", local_day as "localDay",
                original_id as "originalTransactionId", reversed_amount as "reversedAmount", is_voided as "isVoided",
                created_at as "createdAt"
            from transactions
            where business_id = @business and customer_id = @customer
            order by occurred_at, id
            """),
        new("transaction-items", "What was in them", "transaction_items",
            "business_id = @business and transaction_id in (select id from transactions where business_id = @business and customer_id = @customer)",
            """
            select i.transaction_id as "transactionId", i.line, i.product, i.category, i.quantity, i.unit_price as "unitPrice"
            from transactions t
            join transaction_items i on i.business_id = t.business_id and i.transaction_id = t.id
            where t.business_id = @business and t.customer_id = @customer
            order by t.occurred_at, t.id, i.line
            """),
        new("balances", "Your points", "loyalty_balances", ExportSection.OfCustomer,
            """
            select balance, qualifying_points as "qualifyingPoints",
                case when changed_by = @customer::text then 'you' else 'the business' end as "changedBy", occurred_at as "occurredAt",
                updated_at as "updatedAt"
            from loyalty_balances
            where business_id = @business and customer_id = @customer
            """),
        new("balance-changes", "How your points changed", "loyalty_balance_changes", ExportSection.OfCustomer,
            """
            select balance, qualifying_points as "qualifyingPoints",
                case when changed_by = @customer::text then 'you' else 'the business' end as "changedBy", occurred_at as "occurredAt"
            from loyalty_balance_changes
            where business_id = @business and customer_id = @customer
            order by occurred_at, id
            """),
        new("redemptions", "Rewards that you took", "redemptions", ExportSection.OfCustomer,
            """
            select id, reward, points, occurred_at as "occurredAt"
            from redemptions
            where business_id = @business and customer_id = @customer
            order by occurred_at, id
            """),
    ];
}
