using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Chinook;

/// <summary>A business with the store's customers and invoices, all of them sent through the API.</summary>
public sealed class ChinookStore : IAsyncLifetime
{
    private readonly TestApp app = new() { KeepsFiles = true };

    private readonly List<string> refused = [];

    public TestApp App => app;

    public ApiClient Owner => app.As("owner");

    /// <summary>The customers that were not taken as they stand in the file, as "external id: pointer code".</summary>
    public IReadOnlyList<string> Refused => refused;

    public async Task InitializeAsync()
    {
        if (!FactBesideChinookAttribute.IsThere)
        {
            return; // every test is skipped
        }

        await app.InitializeAsync();
        foreach (var customer in ChinookFiles.Customers)
        {
            var answer = await Owner.PostAsync("/api/v1/customers", customer);
            if (answer.Code == 400)
            {
                refused.AddRange(answer.Faults.Select(fault => $"{customer.ExternalId}: {fault}"));
                answer = await Owner.PostAsync("/api/v1/customers", Mended(customer, answer.Faults));
            }

            answer.Expect(201);
        }

        await app.TiersAsync(app.Business, new
        {
            thresholds = new
            {
                silver = new { visitThreshold = 1, evaluationPeriod = "yearly" },
                gold = new { spendingThreshold = 38.62m, evaluationPeriod = "lifetime" },
                platinum = new { spendingThreshold = 42, evaluationPeriod = "lifetime" },
            },
        });
        Assert.All((await SendInvoicesAsync()).Outcomes(), outcome => Assert.Equal("accepted", outcome));
    }

    // What somebody at the till would do: leave the number out.
    private static ChinookFiles.Customer Mended(ChinookFiles.Customer customer, IReadOnlyList<string> faults) => customer with
    {
        Phone = faults.Contains("/phone invalid_phone") ? "" : customer.Phone,
    };

    public Task<Answer> SendInvoicesAsync()
    {
        var lines = ChinookFiles.Lines.ToLookup(line => line.InvoiceId);
        return app.As("service").PostAsync("/api/v1/events", Events.Batch([.. ChinookFiles.Invoices.Select(invoice => Events.Of(
            "completed",
            new
            {
                businessId = app.Business,
                transactionId = invoice.InvoiceId,
                invoice.CustomerExternalId,
                amount = invoice.Total,
                invoice.Currency,
                invoice.OccurredAt,
                items = lines[invoice.InvoiceId].Select(line => new { line.Product, line.Category, line.Quantity, line.UnitPrice }),
            },
            id: $"invoice-{invoice.InvoiceId}"))]));
    }

    public Task DisposeAsync() => app.DisposeAsync();
}
