using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

public sealed class CustomerTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");
    private readonly ApiClient staff = app.As("staff");
    private readonly ApiClient compliance = app.As("compliance");

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
        Assert.Equal(7, read.Id.Version);
        foreach (var unknownYet in new[] { "avgOrderValue", "lastVisit", "daysSinceLastVisit", "tierProgress", "deletedAt", "loyalty", "segments", "lifetimeValue", "communicationPreferences" })
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

    [Fact]
    public async Task Post_OtherContentType_Is415() =>
        Assert.Equal("unsupported_media_type", (await owner.PostAsync("/api/v1/customers", new StringContent("email=a@b.com"))).Expect(415).Problem);

    [Theory]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task Post_TooLargeBody_Is413(int size) =>
        Assert.Equal("body_too_large", (await owner.PostAsync("/api/v1/customers", $$"""{"email": "{{new string('a', size)}}"}""")).Expect(413).Problem);

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
    public async Task Post_500AtOnceOfOneEmail_ExactlyOneWins()
    {
        var email = Given.Email();

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => owner.PostAsync("/api/v1/customers", new { email })));

        var winner = Assert.Single(answers, answer => answer.Code == 201);
        Assert.All(answers.Except([winner]), answer => Assert.Equal(winner.Id, answer.Expect(409).Json["existingId"]!.GetValue<Guid>()));
        Assert.Equal([1L], await app.Database.QueryAsync<long>("select count(*) from customers where email = @email", new { email }));
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

    [Fact]
    public async Task Put_ReplacesEveryFieldAndRaisesTheVersion()
    {
        var created = await app.CustomerAsync(firstName: "Ann", lastName: "Lee", phone: "+14155550100");
        var email = Given.Email();

        var updated = (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email, lastName = "Li" }, created.ETag)).Expect(200);

        Assert.Equal("\"2\"", updated.ETag);
        Assert.Equal(email, (string?)updated.Json["email"]);
        Assert.Equal("Li", (string?)updated.Json["fullName"]);
        Assert.Null(updated.Json["phone"]);
        Assert.Equal(updated.Text, (await staff.GetAsync($"/api/v1/customers/{created.Id}")).Text);
    }

    [Fact]
    public async Task Put_WithoutIfMatch_Is428()
    {
        var created = await app.CustomerAsync();

        Assert.Equal("if_match_missing", (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, ifMatch: null)).Expect(428).Problem);
    }

    [Fact]
    public async Task Put_StaleVersion_Is412AndChangesNothing()
    {
        var created = await app.CustomerAsync(firstName: "Ann");
        var updated = (await staff.PatchAsync($"/api/v1/customers/{created.Id}", new { firstName = "Bo" }, created.ETag)).Expect(200);

        Assert.Equal("stale_version", (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, created.ETag)).Expect(412).Problem);

        Assert.Equal(updated.Text, (await staff.GetAsync($"/api/v1/customers/{created.Id}")).Text);
    }

    [Fact]
    public async Task Put_AnyVersion_IsAcceptedByAsterisk()
    {
        var created = await app.CustomerAsync();

        (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }, "\"7\", *")).Expect(200);
    }

    [Fact]
    public async Task Put_50AtOnceWithOneETag_ExactlyOneWins()
    {
        var created = await app.CustomerAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email(), firstName = $"N{n}" }, created.ETag)));

        Assert.Single(answers, answer => answer.Code == 200);
        Assert.All(answers.Where(answer => answer.Code != 200), answer => answer.Expect(412));
    }

    [Fact]
    public async Task Put_TakenEmail_Is409()
    {
        var (first, second) = (await app.CustomerAsync(), await app.CustomerAsync());

        var answer = (await staff.PutAsync($"/api/v1/customers/{second.Id}", new { email = (string)first.Json["email"]! })).Expect(409);

        Assert.Equal(first.Id, answer.Json["existingId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Patch_ChangesWhatItNamesAndRemovesWhatIsNull()
    {
        var created = await app.CustomerAsync(firstName: "Ann", lastName: "Lee", phone: "+14155550111");

        var patched = (await staff.SendAsync(
            HttpMethod.Patch,
            $"/api/v1/customers/{created.Id}",
            new StringContent("""{"lastName": null, "firstName": "Anna"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/merge-patch+json")),
            ("If-Match", created.ETag!))).Expect(200);

        Assert.Equal("Anna", (string?)patched.Json["fullName"]);
        Assert.Equal("+14155550111", (string?)patched.Json["phone"]);
        Assert.Equal((string?)created.Json["email"], (string?)patched.Json["email"]);
    }

    [Theory]
    [InlineData("""{"email": null}""", "/email required")]
    [InlineData("""{"loyaltyTier": "GOLD"}""", "/loyaltyTier unknown_field")]
    [InlineData("""{"totalSpent": 1000000}""", "/totalSpent unknown_field")]
    [InlineData("""{"nothing": null}""", "/nothing unknown_field")]
    public async Task Patch_FieldThatCannotBe_Is400(string patch, string fault)
    {
        var created = await app.CustomerAsync();

        Assert.Equal([fault], (await staff.PatchAsync($"/api/v1/customers/{created.Id}", patch)).Expect(400).Faults);
    }

    [Fact]
    public async Task Delete_HidesTheCustomerFromAllButCompliance()
    {
        var created = await app.CustomerAsync();

        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", new { reason = "asked by phone" }, created.ETag)).Expect(204);

        (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        (await staff.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() })).Expect(404);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        (await staff.PostAsync($"/api/v1/customers/{created.Id}/activate")).Expect(404);
        (await app.As("customer", created.Id.ToString()).GetAsync($"/api/v1/customers/{created.Id}")).Expect(404);
        Assert.NotNull((await compliance.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200).Json["deletedAt"]);
    }

    [Fact]
    public async Task Delete_ByStaff_Is403()
    {
        var created = await app.CustomerAsync();

        (await staff.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(403);
    }

    [Fact]
    public async Task Delete_StaleOrNoVersion_IsRefused()
    {
        var created = await app.CustomerAsync();

        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", ifMatch: null)).Expect(428);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}", ifMatch: "\"9\"")).Expect(412);
        (await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200);
    }

    [Fact]
    public async Task Delete_FreesEmailPhoneAndExternalId()
    {
        var (email, phone, externalId) = (Given.Email(), "+14155550122", Guid.NewGuid().ToString());
        var first = await app.CustomerAsync(email, phone: phone, externalId: externalId);
        (await owner.DeleteAsync($"/api/v1/customers/{first.Id}")).Expect(204);

        var second = await app.CustomerAsync(email, phone: phone, externalId: externalId);

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Restore_BringsTheCustomerBackAsItWas()
    {
        var created = await app.CustomerAsync(firstName: "Ann");
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(204);

        var restored = (await compliance.PostAsync($"/api/v1/customers/{created.Id}/restore")).Expect(200);

        Assert.Null(restored.Json["deletedAt"]);
        Assert.Equal("Ann", (string?)(await owner.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200).Json["firstName"]);
    }

    [Fact]
    public async Task Restore_EmailTakenMeanwhile_Is409NamingWhoHasIt()
    {
        var email = Given.Email();
        var first = await app.CustomerAsync(email);
        (await owner.DeleteAsync($"/api/v1/customers/{first.Id}")).Expect(204);
        var second = await app.CustomerAsync(email);

        var answer = (await compliance.PostAsync($"/api/v1/customers/{first.Id}/restore")).Expect(409);

        Assert.Equal(second.Id, answer.Json["existingId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Restore_OfACustomerThatIsNotDeleted_Is409()
    {
        var created = await app.CustomerAsync();

        Assert.Equal("customer_not_deleted", (await compliance.PostAsync($"/api/v1/customers/{created.Id}/restore")).Expect(409).Problem);
    }

    [Fact]
    public async Task Deactivate_AndActivate_ChangeTheStatusOnce()
    {
        var created = await app.CustomerAsync();

        var inactive = (await staff.PostAsync($"/api/v1/customers/{created.Id}/deactivate")).Expect(200);
        var again = (await staff.PostAsync($"/api/v1/customers/{created.Id}/deactivate")).Expect(200);
        var active = (await staff.PostAsync($"/api/v1/customers/{created.Id}/activate")).Expect(200);

        Assert.False((bool?)inactive.Json["isActive"]);
        Assert.Equal(inactive.ETag, again.ETag);
        Assert.True((bool?)active.Json["isActive"]);
        Assert.Equal("\"3\"", active.ETag);
    }

    [Fact]
    public async Task Writes_LeaveTheirEventsInOrderWithoutPersonalData()
    {
        var created = await app.CustomerAsync(firstName: "Confidential");
        (await owner.PatchAsync($"/api/v1/customers/{created.Id}", new { lastName = "Secret" })).Expect(200);
        (await owner.DeleteAsync($"/api/v1/customers/{created.Id}")).Expect(204);

        var events = await app.Database.QueryAsync<string>(
            "select type || ' ' || data::text from outbox where customer_id = @id order by sequence", new { id = created.Id });

        Assert.Collection(
            events,
            e => Assert.StartsWith("customers.customer.created ", e, StringComparison.Ordinal),
            e => Assert.StartsWith("customers.customer.updated ", e, StringComparison.Ordinal),
            e => Assert.StartsWith("customers.customer.updated ", e, StringComparison.Ordinal));
        Assert.Contains("deletedAt", events[2], StringComparison.Ordinal);
        Assert.All(events, e => Assert.DoesNotMatch("Confidential|Secret|@example", e));
    }

    [Fact]
    public async Task RefusedWrites_LeaveNoEvent()
    {
        var before = await app.Database.QueryAsync<long>("select count(*) from outbox where business_id = @id", new { id = app.OtherBusiness });
        var other = app.AsOf(app.OtherBusiness, "owner");

        (await other.PostAsync("/api/v1/customers", new { email = "nope" })).Expect(400);
        (await other.PutAsync($"/api/v1/customers/{Guid.NewGuid()}", new { email = Given.Email() })).Expect(404);

        Assert.Equal(before, await app.Database.QueryAsync<long>("select count(*) from outbox where business_id = @id", new { id = app.OtherBusiness }));
    }

    [Fact]
    public async Task ClosedBusiness_CanOnlyBeRead()
    {
        var business = await app.GivenBusinessAsync();
        var created = await app.CustomerAsync(business: business);
        await app.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @business", new { business });
        var closed = app.AsOf(business, "owner");

        (await closed.GetAsync($"/api/v1/customers/{created.Id}")).Expect(200);
        Answer[] writes =
        [
            await closed.PostAsync("/api/v1/customers", new { email = Given.Email() }),
            await closed.PutAsync($"/api/v1/customers/{created.Id}", new { email = Given.Email() }),
            await closed.PatchAsync($"/api/v1/customers/{created.Id}", new { firstName = "X" }),
            await closed.DeleteAsync($"/api/v1/customers/{created.Id}"),
            await closed.PostAsync($"/api/v1/customers/{created.Id}/deactivate"),
        ];
        Assert.All(writes, write => Assert.Equal("business_closed", write.Expect(409).Problem));
    }

    [Fact]
    public async Task Customer_SeesAndChangesItselfAndNobodyElse()
    {
        var (me, other) = (await app.CustomerAsync(externalId: Guid.NewGuid().ToString()), await app.CustomerAsync());
        var self = app.As("customer", me.Id.ToString());

        (await self.GetAsync($"/api/v1/customers/{me.Id}")).Expect(200);
        (await self.PatchAsync($"/api/v1/customers/{me.Id}", new { firstName = "Me" })).Expect(200);
        Assert.Equal(["/externalId read_only"], (await self.PatchAsync($"/api/v1/customers/{me.Id}", new { externalId = "mine" })).Expect(400).Faults);
        (await self.GetAsync($"/api/v1/customers/{other.Id}")).Expect(404);
        (await self.PatchAsync($"/api/v1/customers/{other.Id}", new { firstName = "Me" })).Expect(404);
        (await self.DeleteAsync($"/api/v1/customers/{other.Id}")).Expect(404);
        (await self.PostAsync("/api/v1/customers", new { email = Given.Email() })).Expect(403);
    }
}
