using Azure.Storage.Blobs;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>The ledger outlives a restored database: whom it names is erased again.</summary>
public sealed class LedgerTests : IAsyncLifetime
{
    private readonly TestApp app = new() { KeepsFiles = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task DatabaseRestoredToBeforeAnErasure_IsErasedAgain()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var (columns, before) = await RowAsync(person.Id);
        var erasure = await app.EraseAsync(person.Id);

        // As a restore leaves it: the customer as it was, and nothing that tells of the erasure.
        await app.Database.QueryAsync<int>("delete from erasure_ledger");
        await app.Database.QueryAsync<int>("delete from erasure_requests");
        await app.Database.QueryAsync<int>($"update customers set ({columns}) = (select {columns} from json_populate_record(null::customers, @before::json)) where id = @Id", new { before, person.Id });
        await app.Database.QueryAsync<int>("insert into customer_notes (id, business_id, customer_id, body, author, created_at, updated_at) values (gen_random_uuid(), @Business, @Id, @body, 'x', now(), now())", new { app.Business, person.Id, body = $"Call {person.Phone}" });
        (await app.As("staff").GetAsync($"/api/v1/customers/{person.Id}")).Expect(200);

        await app.Host.InvokeAsync("EveryNightApplyErasureLedger");

        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>(
            "select status from erasure_requests where id = @erasure and requested_as = 'ledger'", new { erasure })) is ["COMPLETED"]);
        Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers, person.FullName]));
        (await app.As("staff").GetAsync($"/api/v1/customers/{person.Id}")).Expect(404);
        Assert.Equal([true], await app.Database.QueryAsync<bool>("select is_copied from erasure_ledger where erasure_id = @erasure", new { erasure }));
    }

    [Fact]
    public async Task RequestThatTheRestoreBroughtBack_RunsAtOnce_WhateverItStoodAt()
    {
        foreach (var status in (string[])["PENDING", "APPROVED", "REJECTED", "CANCELLED"])
        {
            var customer = (await app.CustomerAsync()).Id;
            var erasure = await app.EraseAsync(customer);
            await app.Database.QueryAsync<int>("delete from erasure_ledger where erasure_id = @erasure", new { erasure });
            await app.Database.QueryAsync<int>("update customers set erased_at = null, deleted_at = null where id = @customer", new { customer });
            await app.Database.QueryAsync<int>(
                """
                update erasure_requests
                set status = @status, erased_at = null, certificate = null, completed_at = null, is_swept = false,
                    ended_at = case when @status in ('REJECTED', 'CANCELLED') then now() end,
                    erase_at = case when @status = 'APPROVED' then now() + interval '20 days' end
                where id = @erasure
                """,
                new { erasure, status });

            await app.Host.InvokeAsync("EveryNightApplyErasureLedger");

            await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is ["COMPLETED"]);
        }
    }

    [Fact]
    public async Task AnotherOpenRequestOfTheCustomer_GivesWay()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.EraseAsync(customer);
        await app.Database.QueryAsync<int>("delete from erasure_ledger");
        await app.Database.QueryAsync<int>("delete from erasure_requests");
        await app.Database.QueryAsync<int>("update customers set erased_at = null, deleted_at = null where id = @customer", new { customer });
        var asked = (await app.ErasureAsync(customer)).Id;

        await app.Host.InvokeAsync("EveryNightApplyErasureLedger");

        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>(
            "select status from erasure_requests where customer_id = @customer order by id = @asked", new { customer, asked })) is ["COMPLETED", "CANCELLED"]);
    }

    [Fact]
    public async Task CustomerTheBackupNeverHad_IsRememberedAllTheSame()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var erasure = await app.EraseAsync(person.Id);
        await app.Database.QueryAsync<int>("delete from erasure_ledger");
        await app.Database.QueryAsync<int>("delete from erasure_requests");
        foreach (var table in (string[])["legal_holds", "communications", "redemptions", "loyalty_balance_changes", "loyalty_balances", "transaction_items", "transactions"])
            await app.Database.QueryAsync<int>($"delete from {table}");
        await app.Database.QueryAsync<int>("update customers set referred_by = null");
        await app.Database.QueryAsync<int>("delete from customers where id = @Id", new { person.Id });

        await app.Host.InvokeAsync("EveryNightApplyErasureLedger");

        Assert.Equal([erasure], await app.Database.QueryAsync<Guid>("select erasure_id from erasure_ledger"));
        Assert.Empty(await app.Database.QueryAsync<Guid>("select id from erasure_requests"));
        var back = (await app.CustomerAsync(person.Email)).Id;
        Assert.Equal([false], await app.Database.QueryAsync<bool>("select email_marketing from customer_communication_preferences where customer_id = @back", new { back }));
    }

    [Fact]
    public async Task Ledger_HoldsDigestsAndIdsAlone_AndIsNeverOverwritten()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var erasure = await app.EraseAsync(person.Id);

        var blob = new BlobServiceClient(TestBlobs.ConnectionString).GetBlobContainerClient(app.Containers.Single(name => name.StartsWith("erasures", StringComparison.Ordinal)))
            .GetBlobClient($"ledger/{app.Business}/{erasure}.json");
        var written = (await blob.DownloadContentAsync()).Value;

        Assert.Equal(["businessId", "customerId", "emailDigest", "erasedAt", "erasureId", "externalIdDigest", "phoneDigest"], System.Text.Json.JsonDocument.Parse(written.Content).RootElement.EnumerateObject().Select(one => one.Name).Order());

        // Copied, and killed before it could say so: done again, the same blob stays.
        await app.Database.QueryAsync<int>("update erasure_ledger set is_copied = false");
        await app.Database.QueryAsync<int>("update erasure_requests set status = 'PROCESSING', certificate = null, sealed_identifiers = @none, identifiers_key = @key", new { none = SealedNothing(erasure), key = new byte[32] });
        await app.Host.InvokeAsync("EveryDaySweepErasures");
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is ["COMPLETED"]);
        Assert.Equal(written.Details.ETag, (await blob.GetPropertiesAsync()).Value.ETag);
        Assert.Equal([true], await app.Database.QueryAsync<bool>("select is_copied from erasure_ledger"));
    }

    [Fact]
    public async Task HoldThatTheRestoreBroughtBack_IsHonoured_WithTheCustomerOutOfSight()
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = await app.EraseAsync(customer);
        await app.Database.QueryAsync<int>("delete from erasure_ledger");
        await app.Database.QueryAsync<int>("delete from erasure_requests");
        await app.Database.QueryAsync<int>("update customers set erased_at = null, deleted_at = null where id = @customer", new { customer });
        var hold = (await app.As("compliance").PostAsync($"/api/v1/customers/{customer}/holds", new { ground = "A claim." })).Expect(201).Id;

        await app.Host.InvokeAsync("EveryNightApplyErasureLedger");
        await app.DurableSettledAsync();

        (await app.As("staff").GetAsync($"/api/v1/customers/{customer}")).Expect(404);
        Assert.True((bool)(await app.As("compliance").GetAsync($"/api/v1/erasures/{erasure}")).Expect(200).Json["isOnHold"]!);
        (await app.As("compliance").SendAsync(HttpMethod.Delete, $"/api/v1/customers/{customer}/holds/{hold}")).Expect(204);
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<string>("select status from erasure_requests where id = @erasure", new { erasure })) is ["COMPLETED"]);
    }

    [Fact]
    public async Task EntryThatCannotBeRead_KeepsNobodyFromTheOthers_AndOneOfABusinessNotRestoredIsRemembered()
    {
        var container = new BlobServiceClient(TestBlobs.ConnectionString).GetBlobContainerClient(app.Containers.Single(name => name.StartsWith("erasures", StringComparison.Ordinal)));
        await container.CreateIfNotExistsAsync();
        var (unreadable, foreign) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await container.UploadBlobAsync($"ledger/{Guid.Empty}/{unreadable}.json", BinaryData.FromString("{"));
        await container.UploadBlobAsync($"ledger/{Guid.Empty}/{foreign}.json", BinaryData.FromObjectAsJson(
            new { erasureId = foreign, businessId = Guid.Empty, customerId = Guid.NewGuid(), erasedAt = DateTimeOffset.UnixEpoch, emailDigest = new byte[32], phoneDigest = (byte[]?)null }));
        await container.UploadBlobAsync("ledger/readme.txt", BinaryData.FromString("no entry of ours"));

        await Assert.ThrowsAnyAsync<Exception>(() => app.Host.InvokeAsync("EveryNightApplyErasureLedger"));

        Assert.Equal([foreign], await app.Database.QueryAsync<Guid>("select erasure_id from erasure_ledger"));
    }

    [Fact]
    public async Task WithNothingLacking_NothingIsDone()
    {
        await app.EraseAsync((await app.CustomerAsync()).Id);
        var before = await app.Database.QueryAsync<string>("select json_agg(e)::text from erasure_requests e");

        await app.Host.InvokeAsync("EveryNightApplyErasureLedger");
        await app.DurableSettledAsync();

        Assert.Equal(before, await app.Database.QueryAsync<string>("select json_agg(e)::text from erasure_requests e"));
    }

    private static byte[] SealedNothing(Guid erasure) => System.Text.Encoding.ASCII.GetBytes(new Sealing(new byte[32]).Seal(
        "erasure-identifiers", erasure.ToString(), System.Text.Encoding.UTF8.GetBytes("""{"InText":["nobody@example.com"],"Anywhere":["nobody@example.com"],"AsAWhole":[],"FullName":null}""")));

    private async Task<(string Columns, string Row)> RowAsync(Guid customer) => (
        (await app.Database.QueryAsync<string>(
            "select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = 'customers'::regclass and attnum > 0 and not attisdropped and attgenerated = ''"))[0],
        (await app.Database.QueryAsync<string>("select row_to_json(c)::text from customers c where id = @customer", new { customer }))[0]);
}
