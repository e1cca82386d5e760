using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Engagement;

public sealed class NoteTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient staff = app.As("staff", "anna");

    [Fact]
    public async Task Post_Note_CarriesItsAuthorAndLocation()
    {
        var customer = (await app.CustomerAsync()).Id;

        var note = await PostAsync(customer, " Prefers the window table. ", isPinned: true);

        Assert.Equal($"/api/v1/customers/{customer}/notes/{note.Id}", note.Headers.Location!.ToString());
        Assert.Equal("\"1\"", note.ETag);
        Assert.Equal(customer, (Guid?)note.Json["customerId"]);
        Assert.Equal("Prefers the window table.", (string?)note.Json["body"]);
        Assert.Equal("anna", (string?)note.Json["author"]);
        Assert.True((bool?)note.Json["isPinned"]);
    }

    [Fact]
    public async Task Post_5000Characters_IsTheMost()
    {
        var customer = (await app.CustomerAsync()).Id;

        await PostAsync(customer, new string('x', 5000));
        var refused = await staff.PostAsync($"/api/v1/customers/{customer}/notes", new { body = new string('x', 5001), isPinned = "yes", author = "me" });

        Assert.Equal(["/body too_long", "/isPinned wrong_type", "/author unknown_field"], refused.Expect(400).Faults);
    }

    [Fact]
    public async Task Post_SameKey_MakesOneNote()
    {
        var customer = (await app.CustomerAsync()).Id;
        var path = $"/api/v1/customers/{customer}/notes";
        var first = (await staff.PostAsync(path, new { body = "Once." }, ("Idempotency-Key", "note"))).Expect(201);
        (await staff.PatchAsync($"{path}/{first.Id}", new { isPinned = true })).Expect(200);

        var again = (await staff.PostAsync(path, new { body = "Once." }, ("Idempotency-Key", "note"))).Expect(201);
        var other = await staff.PostAsync(path, new { body = "Twice." }, ("Idempotency-Key", "note"));

        Assert.Equal(first.Id, again.Id);
        Assert.True((bool?)again.Json["isPinned"]); // read anew, not remembered
        Assert.Equal("\"2\"", again.ETag);
        Assert.Equal("idempotency_key_reused", other.Expect(422).Problem);
        Assert.Equal(1, (await app.Database.QueryAsync<int>("select count(*)::int from customer_notes where customer_id = @customer", new { customer }))[0]);
    }

    [Fact]
    public async Task Patch_MergesAndKeepsTheAuthor()
    {
        var customer = (await app.CustomerAsync()).Id;
        var note = await PostAsync(customer, "Allergic to nuts.");

        var pinned = (await app.As("owner", "otto").PatchAsync(Path(note, customer), new { isPinned = true }, note.ETag)).Expect(200);

        Assert.Equal("\"2\"", pinned.ETag);
        Assert.Equal("Allergic to nuts.", (string?)pinned.Json["body"]);
        Assert.Equal("anna", (string?)pinned.Json["author"]);
        Assert.True((bool?)pinned.Json["isPinned"]);
        Assert.Equal("stale_version", (await staff.PatchAsync(Path(note, customer), new { body = "None." }, note.ETag)).Expect(412).Problem);
        Assert.Equal("if_match_missing", (await staff.PatchAsync(Path(note, customer), new { body = "None." }, ifMatch: null)).Expect(428).Problem);
        Assert.Equal(["/body required"], (await staff.PatchAsync(Path(note, customer), new { body = (string?)null })).Expect(400).Faults);
        Assert.Equal(["/author unknown_field"], (await staff.PatchAsync(Path(note, customer), new { author = "me" })).Expect(400).Faults);
    }

    [Fact]
    public async Task Delete_NeedsTheVersionAndIsForGood()
    {
        var customer = (await app.CustomerAsync()).Id;
        var note = await PostAsync(customer, "To be deleted.");
        var owner = app.As("owner");

        (await owner.DeleteAsync(Path(note, customer), ifMatch: null)).Expect(428);
        (await owner.DeleteAsync(Path(note, customer), ifMatch: "\"2\"")).Expect(412);
        (await owner.DeleteAsync(Path(note, customer), ifMatch: note.ETag)).Expect(204);
        (await owner.DeleteAsync(Path(note, customer))).Expect(404);
    }

    [Fact]
    public async Task Note_UnderAnotherCustomersAddress_Is404()
    {
        var note = await PostAsync((await app.CustomerAsync()).Id, "Here.");
        var elsewhere = (await app.CustomerAsync()).Id;

        (await staff.PatchAsync(Path(note, elsewhere), new { body = "There." })).Expect(404);
        (await app.As("owner").DeleteAsync(Path(note, elsewhere))).Expect(404);
    }

    private static string Path(Answer note, Guid customer) => $"/api/v1/customers/{customer}/notes/{note.Id}";

    private async Task<Answer> PostAsync(Guid customer, string body, bool isPinned = false) =>
        (await staff.PostAsync($"/api/v1/customers/{customer}/notes", new { body, isPinned })).Expect(201);
}
