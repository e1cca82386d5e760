using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Exports;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>
/// A business with one of everything that has an id. Every row of it holds <see cref="Mark"/>, which no request says, so
/// that whatever of it shows up elsewhere is seen.
/// </summary>
internal sealed record World
{
    public required string Mark { get; init; }

    public required Guid Business { get; init; }

    /// <summary>With notes, a tag, referrals, a sale, and tied to a person at a third business.</summary>
    public required Guid Customer { get; init; }

    /// <summary>Brought by <see cref="Customer"/>.</summary>
    public required Guid Referred { get; init; }

    public required Guid Deleted { get; init; }

    public required Guid Note { get; init; }

    public required Guid Person { get; init; }

    /// <summary>Of <see cref="Deleted"/>.</summary>
    public required Guid Erasure { get; init; }

    /// <summary>On <see cref="Customer"/>.</summary>
    public required Guid Hold { get; init; }

    /// <summary>A package of <see cref="Customer"/> that can be downloaded.</summary>
    public required Guid Export { get; init; }

    /// <summary>An evaluation of everybody's tiers that is over.</summary>
    public required Guid TierRun { get; init; }

    /// <summary>An event about <see cref="Customer"/> that came over the bus and has had no effect.</summary>
    public required Guid DeadLetter { get; init; }

    public required string Tag { get; init; }

    /// <summary>Texts by which it finds a customer: emails, phone, external id, referral code, and the id of a sale.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public IEnumerable<Guid> Ids => [Business, Customer, Referred, Deleted, Note, Person, Erasure, Hold, Export, TierRun, DeadLetter];

    public static async Task<World> MakeAsync(TestApp app, string mark)
    {
        var (business, third) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        var owner = app.AsOf(business, "owner");
        await app.Database.QueryAsync<int>("update businesses set name = @mark, privacy_contact = @mark where id = @business", new { mark, business });
        var saleId = $"sale-{Guid.NewGuid()}";
        var phone = $"+1201555{Random.Shared.Next(1000, 9999)}";
        var customer = await CustomerAsync(phone, null);
        var path = $"/api/v1/customers/{customer.Id}";
        var referred = await CustomerAsync(null, customer.Id);
        await CustomerAsync(null, customer.Id);
        var deleted = await CustomerAsync(null, null);
        var erasure = (await owner.DeleteAsync($"/api/v1/customers/{deleted.Id}", new { reason = mark })).Expect(202);
        var another = await CustomerAsync(null, null);
        (await owner.DeleteAsync($"/api/v1/customers/{another.Id}", new { reason = mark })).Expect(202);
        (await app.AsOf(business, "compliance").PostAsync(path + "/holds", new { ground = mark })).Expect(201);
        var hold = (await app.AsOf(business, "compliance").PostAsync(path + "/holds", new { ground = mark })).Expect(201);
        await owner.PostAsync(path + "/notes", new { body = mark + " one" });
        var note = (await owner.PostAsync(path + "/notes", new { body = mark + " two" })).Expect(201);
        (await owner.SendAsync(HttpMethod.Put, $"{path}/tags/{mark}-tag")).Expect(204);
        var sale = Events.Sale(business, customer.Id, transactionId: saleId);
        (await app.AsOf(business, "service").PostAsync("/api/v1/events", Events.One(sale))).Expect(200);
        (await app.TellAsync(
            business, Events.Redemption(business, customer.Id, reward: mark), Events.Message(business, customer.Id, subject: mark, body: mark),
            Events.Balance(business, customer.Id, 10, DateTimeOffset.UtcNow, changedBy: mark))).Expect(200);
        foreach (var tier in (string[])["GOLD", "SILVER"])
        {
            (await owner.PostAsync(path + "/tier/override", new { tier, reason = mark })).Expect(200);
        }

        await app.TiersAsync(business, Given.Tiers(reason: mark));
        await app.TiersAsync(business, Given.Tiers(silver: 1, reason: mark));
        await app.TierRunsSettledAsync();
        var elsewhere = await app.CustomerAsync(business: third);
        var person = await app.WithToken(TestApp.Token("compliance", [business, third])).SendAsync(
            HttpMethod.Put, path + "/person", new { businessId = third, customerId = elsewhere.Id }, (Caller.BusinessHeader, business.ToString()));
        var export = await owner.AskAsync(customer.Id, "GDPR_BASIC", mark);
        await owner.EndAsync(export);
        await owner.EndAsync(await owner.AskAsync(referred.Id, "GDPR_BASIC", mark));
        await app.DeadLetterAsync(business, Events.Of("refunded", Events.Data(business, 1, mark, customerId: customer.Id, original: mark)));
        var letter = await app.DeadLetterAsync(business, Events.Message(business, customer.Id, subject: mark, at: app.BusinessNow().AddDays(1)));
        return new World
        {
            DeadLetter = letter,
            Export = export,
            TierRun = (await app.Database.QueryAsync<Guid>("select id from tier_runs where business_id = @business limit 1", new { business }))[0],
            Mark = mark,
            Business = business,
            Customer = customer.Id,
            Referred = referred.Id,
            Deleted = deleted.Id,
            Note = note.Id,
            Person = person.Expect(200).Id,
            Erasure = erasure.Id,
            Hold = hold.Id,
            Tag = mark + "-tag",
            Names = [Text(customer, "email"), Text(referred, "email"), phone, Text(customer, "externalId"), Text(customer, "referralCode"), saleId],
        };

        async Task<Answer> CustomerAsync(string? phone, Guid? referrer) => (await owner.PostAsync(
            "/api/v1/customers",
            new { email = Given.Email(), phone, firstName = mark, lastName = mark, telegramChatId = mark, externalId = $"number-{Guid.NewGuid():N}", referredBy = referrer })).Expect(201);
    }

    /// <summary>What this business has that the path's parameter may name.</summary>
    public string IdFor(Described operation, string parameter) => (operation.Path, parameter) switch
    {
        (_, "tag") => Tag,
        (_, "noteId") => Note.ToString(),
        (_, "holdId") => Hold.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/erasures/", StringComparison.Ordinal) => Erasure.ToString(),
        ("/api/v1/customers/{id}/restore", "id") => Deleted.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/customers/", StringComparison.Ordinal) => Customer.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/exports/", StringComparison.Ordinal) => Export.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/tiers/recalculations/", StringComparison.Ordinal) => TierRun.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/events/dead-letters/", StringComparison.Ordinal) => DeadLetter.ToString(),
        (var path, "id") when path.StartsWith("/api/v1/people/", StringComparison.Ordinal) => Person.ToString(),
        _ => throw new NotSupportedException($"{operation.Path} takes {parameter}, of which no world has one yet: give World one, and name it here."),
    };

    /// <summary>The customer who may ask this of the world.</summary>
    public Guid SubjectOf(Described operation) => operation.Path.StartsWith("/api/v1/erasures", StringComparison.Ordinal) ? Deleted : Customer;

    /// <summary>The operation's path with the ids of this world, but for those given.</summary>
    public string PathOf(Described operation, params (string Parameter, string Value)[] others) => operation.PathParameters.Aggregate(
        operation.Path,
        (path, parameter) => path.Replace(
            $"{{{parameter.Name}}}",
            others.FirstOrDefault(other => other.Parameter == parameter.Name).Value ?? IdFor(operation, parameter.Name),
            StringComparison.Ordinal));

    /// <summary>What an answer shows of this world though nobody said it; null when nothing.</summary>
    /// <param name="sent">What was sent, in this request and those before it.</param>
    public string? ShownIn(Answer answer, string sent)
    {
        var headers = string.Concat(answer.Headers.SelectMany(header => header.Value));
        return Names.Concat(Ids.Select(id => id.ToString())).Append(Mark)
            .FirstOrDefault(secret => !sent.Contains(secret, StringComparison.OrdinalIgnoreCase)
                && (answer.Text.Contains(secret, StringComparison.OrdinalIgnoreCase) || headers.Contains(secret, StringComparison.OrdinalIgnoreCase)));
    }

    private static string Text(Answer answer, string name) => (string)answer.Json[name]!;
}
