using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Chinook;

/// <summary>Real-looking input: accents, phones of 24 countries in many formats, five years of invoices.</summary>
public sealed class ChinookTests(ChinookStore store) : IClassFixture<ChinookStore>
{
    // A Danish number with a digit too many: what cannot be is refused with its pointer, and taken without.
    [FactBesideChinook]
    public void Customers_AreTakenAsTheyAre_ButForOneNumber() => Assert.Equal(["9: /phone invalid_phone"], store.Refused);

    [FactBesideChinook]
    public async Task Search_WithoutAccents_FindsThem()
    {
        Assert.Equal(["Luís Gonçalves"], await NamesAsync("goncalves"));
        Assert.Equal(["Leonie Köhler"], await NamesAsync("kohler"));
        Assert.Equal(["František Wichterlová"], await NamesAsync("wichterlova"));
        Assert.Equal(["François Tremblay"], await NamesAsync("francois tremblay"));
        Assert.Equal(["Stanisław Wójcik"], await NamesAsync("stanislaw wojcik"));
        Assert.Equal(["Bjørn Hansen"], await NamesAsync("BJORN"));
        Assert.Equal(["Diego Gutiérrez"], await NamesAsync("utierr"));
        Assert.Equal(["Hugh O'Reilly"], await NamesAsync("o'reilly"));
    }

    [FactBesideChinook]
    public async Task Search_ByPhoneInAnotherFormat_FindsThem()
    {
        Assert.Equal(["François Tremblay"], await NamesAsync("514.721.4711"));
        Assert.Equal(["Luís Gonçalves"], await NamesAsync("+551239235555"));
        Assert.Equal(["Luís Gonçalves"], await NamesAsync("011 55 12 3923-5555"));
        Assert.Equal(["Camille Bernard"], await NamesAsync("+33 1 4970 6565"));
        Assert.Equal(["Leonie Köhler"], await NamesAsync("2842222"));
    }

    [FactBesideChinook]
    public async Task EveryCustomer_IsOnOnePageOfTheListOnce()
    {
        var ids = (await AllAsync()).Select(item => (string)item["externalId"]!).ToList();

        Assert.Equal(59, ids.Count);
        Assert.Equal(ChinookFiles.Customers.Select(customer => customer.ExternalId).Order(), ids.Order());
    }

    // A script that knows nothing of the app reads the same files.
    [FactBesideChinook]
    public async Task EveryCustomersFiguresAndTier_AreWhatAScriptMakesOfTheFiles()
    {
        var expected = await ExpectedAsync();

        Assert.Equal(59, expected.Length);
        Assert.Equal(412, expected.Sum(customer => customer.Visits));
        Assert.True(expected.DistinctBy(customer => customer.Tier).Count() >= 3, "The thresholds part nobody from anybody.");
        Assert.Equal(
            expected.OrderBy(customer => customer.ExternalId, StringComparer.Ordinal),
            (await AllAsync())
                .Select(item => ((string)item["externalId"]!, (decimal)item["totalSpent"]!, (int)item["visitCount"]!, (string)item["loyaltyTier"]!))
                .OrderBy(customer => customer.Item1, StringComparer.Ordinal));
    }

    [FactBesideChinook]
    public async Task InvoicesSentAgain_ChangeNothing()
    {
        var before = await AllAsync();

        Assert.All((await store.SendInvoicesAsync()).Outcomes(), outcome => Assert.Equal("duplicate", outcome));
        Assert.Equal(before.Select(item => item.ToJsonString()), (await AllAsync()).Select(item => item.ToJsonString()));
    }

    [FactBesideChinook]
    public async Task EveryCustomersPackage_HoldsItsInvoicesToTheLine()
    {
        var invoices = ChinookFiles.Invoices.ToLookup(invoice => invoice.CustomerExternalId);
        var lines = ChinookFiles.Lines.ToLookup(line => line.InvoiceId);
        await Parallel.ForEachAsync(await AllAsync(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (customer, _) =>
        {
            var package = await store.App.ExportedAsync(customer["id"]!.GetValue<Guid>());

            var expected = invoices[(string)customer["externalId"]!].ToList();
            Assert.Equal((string?)customer["fullName"], $"{package.Json("profile")[0]!["firstName"]} {package.Json("profile")[0]!["lastName"]}");
            Assert.Equal(expected.Select(invoice => invoice.InvoiceId).Order(), package.Json("transactions").Select(row => (string)row!["id"]!).Order());
            Assert.Equal(expected.Sum(invoice => invoice.Total), package.Json("transactions").Sum(row => (decimal)row!["amount"]!));
            Assert.Equal(
                expected.SelectMany(invoice => lines[invoice.InvoiceId]).Select(line => line.Product).Order(StringComparer.Ordinal),
                package.Json("transaction-items").Select(row => (string)row!["product"]!).Order(StringComparer.Ordinal));
        });
    }

    private async Task<(string ExternalId, decimal Spent, int Visits, string Tier)[]> ExpectedAsync([CallerFilePath] string path = "")
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(Path.GetDirectoryName(path)!, "expected_tiers.py"), FactBesideChinookAttribute.Folder, $"{store.App.BusinessNow().UtcDateTime:yyyy-MM-dd}" })
        {
            start.ArgumentList.Add(argument);
        }

        using var python = Process.Start(start)!;
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync().WaitAsync(Eventually.Patience);
        Assert.True(python.ExitCode == 0, await errors);
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd().Split(','))
            .Select(row => (row[0], decimal.Parse(row[1], CultureInfo.InvariantCulture), int.Parse(row[2], CultureInfo.InvariantCulture), row[3]))];
    }

    private async Task<IEnumerable<string>> NamesAsync(string search) =>
        (await store.Owner.PostAsync("/api/v1/customers/search", new { search })).Expect(200).Json["items"]!.AsArray()
            .Select(item => (string)item!["fullName"]!);

    private async Task<IReadOnlyList<JsonObject>> AllAsync()
    {
        var (all, cursor) = (new List<JsonObject>(), (string?)null);
        do
        {
            var page = (await store.Owner.GetAsync($"/api/v1/customers?sort=name&limit=7{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")).Expect(200).Json;
            all.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        return all;
    }
}
