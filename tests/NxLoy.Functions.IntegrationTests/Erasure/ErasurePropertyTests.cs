using NxLoy.Functions.Engagement;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>
/// Erases random customers of a business whose rows name them at random places, and reads everything each time: nothing of
/// them is left, and everybody else's figures and names are as they were. The seed is fixed, so a failure comes again.
/// </summary>
public sealed class ErasurePropertyTests(FilingApp app) : IClassFixture<FilingApp>
{
    private const int Seed = 20261123;
    private const int People = 24;
    private const int Erasures = 8;

    private static readonly string[] First = ["Ann", "Łukasz", "O'Neil", "José-María", "李", "Zoë%", "_under_", "a\\b", "\"Q\"", "Ñandú"];
    private static readonly string[] Last = ["Lee", "van der Berg", "D'Arcy", "Müller", "王小明", "100%", "O\\O", "{x}", "[y]", "$1"];

    private readonly Random random = new(Seed);

    [Fact]
    public async Task RandomPeopleNamedAtRandomPlaces_AreGoneWhenErased_AndNobodyElseIs()
    {
        var people = new List<Person>();
        for (var n = 0; n < People; n++)
            people.Add(await MakeAsync(n));
        foreach (var person in people)
            await MentionAsync(person, people);

        foreach (var person in people.OrderBy(_ => random.Next()).Take(Erasures).ToList())
        {
            var rest = people.Where(other => other != person).ToList();
            var figures = await FiguresAsync();

            await app.EraseAsync(person.Id);

            Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers.Where(IsCertain)]));
            Assert.Empty(await InFreeTextsAsync(person.Identifiers));
            Assert.Equal(figures, await FiguresAsync());
            Assert.Equal(
                rest.Select(other => (other.Id, other.Email)).Order(),
                (await app.Database.QueryAsync<(Guid, string)>("select id, email from customers where id = any(@ids)", new { ids = rest.Select(other => other.Id).ToArray() })).Order());
            people.Remove(person);
        }
    }

    private async Task<Person> MakeAsync(int n)
    {
        var mark = random.Next(100_000, 999_999).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var email = $"{Pick(["ann", "a.b", "x+y", "o'neil", "łu", "UPPER", "under_score", "100%"])}-{mark}@{Pick(["example.com", "mail.example.co.uk", "例え.jp"])}";
        string? phone = random.Next(4) == 0 ? null : $"+1201555{1000 + n}";
        string? external = random.Next(4) == 0 ? null : Pick(["", "C-", "K/", "customer ", "%", "_", "\\", "\"", "{", "Ü"]) + mark;
        string? telegram = random.Next(3) == 0 ? null : $"tg{mark}";
        var made = (await app.As("owner").PostAsync(
            "/api/v1/customers", new { email, phone, externalId = external, telegramChatId = telegram, firstName = Pick(First), lastName = Pick(Last) })).Expect(201);
        return new Person(made.Id, email, [.. new[] { email, phone, external, telegram, (string)made.Json["referralCode"]! }.OfType<string>()]);
    }

    // Every identifier somewhere, in a row of somebody at random.
    private async Task MentionAsync(Person person, List<Person> people)
    {
        var owner = app.As("owner");
        foreach (var identifier in person.Identifiers)
        {
            var other = people[random.Next(people.Count)];
            var text = $"{Pick(["see ", "(", "\"", "re: ", ""])}{(random.Next(2) == 0 ? identifier.ToUpperInvariant() : identifier)}{Pick([".", ")", "\"", ", again", ""])}";
            switch (random.Next(IsCertain(identifier) ? 6 : 3))
            {
                case 0:
                    (await owner.PostAsync($"/api/v1/customers/{other.Id}/notes", new { body = text })).Expect(201);
                    break;
                case 1 when !TagRules.Read(text).Failed(out _):
                    (await owner.SendAsync(HttpMethod.Put, $"/api/v1/customers/{other.Id}/tags/{Uri.EscapeDataString(text)}")).Expect(204);
                    break;
                case 5:
                    (await app.As("service").PostAsync("/api/v1/events", Events.One(Events.Of(
                        "completed",
                        Events.Data(app.Business, random.Next(1, 99), $"sale {text}", customerId: other.Id, items: new[] { new { product = text, quantity = 1, unitPrice = 1 } }),
                        id: $"event {text} {Guid.NewGuid()}")))).Expect(200);
                    break;
                case 3:
                    await app.Database.QueryAsync<int>(
                        "insert into customer_segments (id, business_id, name, criteria, created_at, updated_at) values (gen_random_uuid(), @Business, @text, jsonb_build_object(@text, @text), now(), now()) on conflict do nothing",
                        new { app.Business, text });
                    break;
                case 2:
                    await app.Database.QueryAsync<int>(
                        "insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at) values (@Business, gen_random_uuid()::text, @Id, 'EMAIL', 'SERVICE', @text, @text, now())",
                        new { app.Business, text, other.Id });
                    break;
                default:
                    (await owner.PostAsync($"/api/v1/customers/{other.Id}/notes", new { body = text }, ("Idempotency-Key", new string([.. text.Where(char.IsAscii)]) + "!"))).Expect(201);
                    break;
            }
        }
    }

    // What is no number, and no word: whoever writes it means this person.
    private static bool IsCertain(string identifier) => identifier.Contains('@', StringComparison.Ordinal) || identifier[0] == '+'
        || (identifier.Length >= 8 && identifier.Any(char.IsLetter) && identifier.Any(char.IsDigit));

    private Task<IReadOnlyList<string>> InFreeTextsAsync(IReadOnlyList<string> identifiers) => app.Database.QueryAsync<string>(
        """
        select text from (
            select body as text from customer_notes union all select tag from customer_tags union all select subject from communications union all select body from communications) texts
        where exists (select from unnest(@identifiers) one where position(lower(one) in lower(text)) > 0)
        """,
        new { identifiers = identifiers.ToArray() });

    private async Task<string> FiguresAsync() => (await app.Database.QueryAsync<string>(
        "select (select json_agg(t order by customer_id)::text from (select customer_id, count(*), sum(amount) from transactions group by customer_id) t) || (select sum(total_spent) from customer_metrics)")).Single();

    private string Pick(string[] from) => from[random.Next(from.Length)];

    private sealed record Person(Guid Id, string Email, IReadOnlyList<string> Identifiers);
}
