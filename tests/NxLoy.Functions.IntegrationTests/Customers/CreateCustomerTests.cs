using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>POST of a customer: what is taken, what is refused, and whom it meets.</summary>
public sealed class CreateCustomerTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");
    private readonly ApiClient staff = app.As("staff");

    [Fact]
    public async Task Post_FullProfile_IsReadBackAsWritten()
    {
        var email = Given.Email();
        var created = (await owner.PostAsync("/api/v1/customers", new
        {
            email,
            phone = "+55 (12) 3923-5555",
            firstName = " Luís ",
            lastName = "Gonçalves",
            dateOfBirth = "1980-02-29",
            preferredLanguage = "pt-BR",
            telegramChatId = "42",
            externalId = "A-1",
        })).Expect(201);

        var read = (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200);

        Assert.Equal($"/api/v1/customers/{created.Id}", created.Headers.Location!.ToString());
        Assert.Equal("\"1\"", created.ETag);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(created.Text, read.Text);
        Assert.Equal(email, (string?)read.Json["email"]);
        Assert.Equal("+551239235555", (string?)read.Json["phone"]);
        Assert.Equal("Luís Gonçalves", (string?)read.Json["fullName"]);
        Assert.Equal("1980-02-29", (string?)read.Json["dateOfBirth"]);
        Assert.Equal("pt-BR", (string?)read.Json["preferredLanguage"]);
        Assert.Equal("42", (string?)read.Json["telegramChatId"]);
        Assert.Equal("A-1", (string?)read.Json["externalId"]);
        Assert.Equal("BRONZE", (string?)read.Json["loyaltyTier"]);
        Assert.Equal(0m, (decimal?)read.Json["totalSpent"]);
        Assert.Equal(0, (int?)read.Json["visitCount"]);
        Assert.Equal(0, (int?)read.Json["loyalty"]!["points"]);
        Assert.Equal(7, read.Id.Version);
        foreach (var unknownYet in new[] { "avgOrderValue", "lastVisit", "daysSinceLastVisit", "tierProgress", "deletedAt", "segments", "lifetimeValue", "communicationPreferences" })
        {
            Assert.True(read.Json.ContainsKey(unknownYet), unknownYet);
            Assert.Null(read.Json[unknownYet]);
        }
    }

    [Fact]
    public async Task Post_OnlyEmail_FillsDefaults()
    {
        var created = await app.CustomerAsync();

        Assert.Equal("EN", (string?)created.Json["preferredLanguage"]);
        Assert.True((bool?)created.Json["isActive"]);
        Assert.Null(created.Json["fullName"]);
        Assert.Matches("^[0-9A-Z]{8}$", (string?)created.Json["referralCode"]);
    }

    [Fact]
    public async Task Amounts_ShowNoTrailingZeros() =>
        Assert.Contains("\"totalSpent\":0,", (await app.CustomerAsync()).Text, StringComparison.Ordinal);

    [Fact]
    public async Task Post_NationalPhone_IsReadInTheBusinessRegion()
    {
        var german = await app.GivenBusinessAsync(timeZone: "Europe/Berlin", region: "DE");

        var created = await app.CustomerAsync(phone: "0711 2842222", business: german);

        Assert.Equal("+497112842222", (string?)created.Json["phone"]);
    }

    public static TheoryData<string, string[]> BadBodies => new()
    {
        { """{}""", ["/email required"] },
        { """{"email": null}""", ["/email required"] },
        { """{"email": "  "}""", ["/email required"] },
        { """{"email": "no-at-sign"}""", ["/email invalid_email"] },
        { """{"email": "a@b"}""", ["/email invalid_email"] },
        { """{"email": "a@b.com\n"}""", [] },
        { """{"email": 7}""", ["/email wrong_type"] },
        { """{"email": "a@b.com", "phone": "12"}""", ["/phone invalid_phone"] },
        { """{"email": "a@b.com", "phone": "call me"}""", ["/phone invalid_phone"] },
        { """{"email": "a@b.com", "dateOfBirth": "1999-02-29"}""", ["/dateOfBirth invalid_date"] },
        { """{"email": "a@b.com", "dateOfBirth": "3000-01-01"}""", ["/dateOfBirth in_the_future"] },
        { """{"email": "a@b.com", "preferredLanguage": "english please"}""", ["/preferredLanguage too_long"] },
        { """{"email": "a@b.com", "loyaltyTier": "gold"}""", ["/loyaltyTier not_one_of"] },
        { """{"email": "a@b.com", "referredBy": "NOBODY00"}""", ["/referredBy unknown_customer"] },
        { """{"email": "a@b.com", "shoeSize": 43, "a/b~c": 1}""", ["/shoeSize unknown_field", "/a~1b~0c unknown_field"] },
        { """{"email": "a@b.com", "firstName": "nul\u0000"}""", ["/firstName invalid_characters"] },
        { """{"email": "a@b.com", "lastName": "half \ud83d"}""", ["/lastName invalid_characters"] },
        { """{"email": "a@", "phone": "12", "dateOfBirth": "3000-01-01", "referredBy": "NOBODY00", "x": 1}""", ["/email invalid_email", "/x unknown_field", "/phone invalid_phone", "/dateOfBirth in_the_future", "/referredBy unknown_customer"] },
        { """{"phone": 1, "firstName": [], "isVip": true}""", ["/email required", "/phone wrong_type", "/firstName wrong_type", "/isVip unknown_field"] },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Post_BadFields_NamesEveryFault(string body, string[] faults)
    {
        var answer = await owner.PostAsync("/api/v1/customers", body);

        if (faults.Length == 0)
        {
            answer.Expect(201);
            return;
        }

        Assert.Equal("invalid_request", answer.Expect(400).Problem);
        Assert.Equal(faults, answer.Faults);
    }

    [Theory]
    [InlineData("", 400, "body_missing")]
    [InlineData("{", 400, "malformed_json")]
    [InlineData("{} {}", 400, "malformed_json")]
    [InlineData("[]", 400, "invalid_request")]
    [InlineData("""{"email": "a@b.com", "email": "c@d.com"}""", 400, "malformed_json")]
    public async Task Post_NoJsonObject_IsRefused(string body, int status, string code) =>
        Assert.Equal(code, (await owner.PostAsync("/api/v1/customers", body)).Expect(status).Problem);

    [Theory]
    [InlineData("email")]
    [InlineData("phone")]
    [InlineData("externalId")]
    public async Task Post_TakenValue_Is409NamingTheExistingCustomer(string field)
    {
        var (email, phone, externalId) = (Given.Email(), $"+1415555{Random.Shared.Next(1000, 9999)}", Guid.NewGuid().ToString());
        var first = await app.CustomerAsync(email, phone: phone, externalId: externalId);

        var second = (await owner.PostAsync("/api/v1/customers", new
        {
            email = field == "email" ? email.ToUpperInvariant() : Given.Email(),
            phone = field == "phone" ? $"({phone[2..5]}) {phone[5..8]}-{phone[8..]}" : null,
            externalId = field == "externalId" ? externalId : null,
        })).Expect(409);

        Assert.Equal("customer_exists", second.Problem);
        Assert.Equal(first.Id, second.Json["existingId"]!.GetValue<Guid>());
        Assert.Equal([$"/{field} not_unique"], second.Faults);
    }

    [Fact]
    public async Task Post_EmailOfAnotherBusiness_SucceedsAndRevealsNothing()
    {
        var email = Given.Email();
        var there = await app.CustomerAsync(email, business: app.OtherBusiness);

        var here = await app.CustomerAsync(email);

        Assert.NotEqual(there.Id, here.Id);
        Assert.DoesNotContain(there.Id.ToString(), here.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TierByOwner_IsAnInitialOverride()
    {
        var created = (await owner.PostAsync("/api/v1/customers", new { email = Given.Email(), loyaltyTier = "GOLD" })).Expect(201);

        Assert.Equal("GOLD", (string?)created.Json["loyaltyTier"]);
        Assert.Equal(
            ["BRONZE GOLD initial"],
            await app.Database.QueryAsync<string>(
                """
                select c.from_tier || ' ' || c.to_tier || ' ' || c.cause
                from tier_changes c join tier_overrides o on o.customer_id = c.customer_id and o.tier = c.to_tier
                where c.customer_id = @id
                """,
                new { id = created.Id }));
    }

    [Fact]
    public async Task Post_TierByStaff_Is403AndMakesNothing()
    {
        var email = Given.Email();

        Assert.Equal("role_missing", (await staff.PostAsync("/api/v1/customers", new { email, loyaltyTier = "GOLD" })).Expect(403).Problem);

        Assert.Empty(await app.Database.QueryAsync<Guid>("select id from customers where email = @email", new { email }));
    }

    [Fact]
    public async Task Post_ReferralCodeOrId_TiesTheReferrer()
    {
        var referrer = await app.CustomerAsync();

        var byCode = await app.CustomerAsync(referredBy: ((string)referrer.Json["referralCode"]!).ToLowerInvariant());
        var byId = await app.CustomerAsync(referredBy: referrer.Id.ToString());

        Assert.Equal(referrer.Id, byCode.Json["referredBy"]!.GetValue<Guid>());
        Assert.Equal(referrer.Id, byId.Json["referredBy"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Post_ReferralCodeOfAnotherBusiness_IsUnknown()
    {
        var stranger = await app.CustomerAsync(business: app.OtherBusiness);

        foreach (var referredBy in new[] { (string)stranger.Json["referralCode"]!, stranger.Id.ToString() })
        {
            Assert.Equal(["/referredBy unknown_customer"], (await owner.PostAsync("/api/v1/customers", new { email = Given.Email(), referredBy })).Expect(400).Faults);
        }
    }
}
