using NxLoy.Functions.IntegrationTests.Erasure;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Chinook;

/// <summary>One of the shop's customers is erased, and its books stay as they were.</summary>
public sealed class ChinookErasureTests(ChinookStore store) : IClassFixture<ChinookStore>
{
    [FactBesideChinook]
    public async Task ErasedCustomer_IsInNoTable_AndTheShopsRevenueIsThatOfItsInvoices()
    {
        var customer = (await store.Owner.PostAsync("/api/v1/customers/search", new { search = "goncalves" })).Expect(200).Json["items"]![0]!;
        var (id, email, phone) = (customer["id"]!.GetValue<Guid>(), (string)customer["email"]!, (string)customer["phone"]!);
        Assert.NotEmpty(await Traces.OfAsync(store.App, [email]));

        await store.App.EraseAsync(id);

        Assert.Empty(await Traces.OfAsync(store.App, [email, phone, phone[1..], (string)customer["fullName"]!]));
        Assert.Equal(
            ChinookFiles.Invoices.Sum(invoice => invoice.Total),
            (await store.App.Database.QueryAsync<decimal>("select sum(amount) from transactions"))[0]);
        Assert.Equal((decimal)customer["totalSpent"]!, (decimal)(await store.App.As("compliance").GetAsync($"/api/v1/customers/{id}")).Expect(200).Json["totalSpent"]!);
        Assert.Equal(58, (await store.App.Database.QueryAsync<long>("select count(*) from customers where deleted_at is null"))[0]);
    }
}
