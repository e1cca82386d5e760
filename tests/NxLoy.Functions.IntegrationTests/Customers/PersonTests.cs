using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

public sealed class PersonTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Put_TiesTwoRowsAndCanBeRepeated()
    {
        var (mine, theirs) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));

        var tied = (await PutAsync(mine, theirs)).Expect(200);
        var again = (await PutAsync(mine, theirs)).Expect(200);
        var read = (await Compliance().GetAsync($"/api/v1/people/{tied.Id}")).Expect(200);

        Assert.Equal(tied.Text, again.Text);
        Assert.Equal(tied.Text, read.Text);
        Assert.Equal(
            new[] { (app.Business, mine), (app.OtherBusiness, theirs) }.Order(),
            tied.Json["customers"]!.AsArray().Select(row => ((Guid)row!["businessId"]!, (Guid)row["customerId"]!)));
    }

    [Fact]
    public async Task Put_ThirdBusiness_JoinsTheSamePerson()
    {
        var third = await app.GivenBusinessAsync();
        var (a, b, c) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness), await CustomerAsync(third));

        var person = (await PutAsync(a, b)).Expect(200).Id;
        var joined = (await Compliance(app.OtherBusiness, third).PutAsync(
            $"/api/v1/customers/{c}/person", new { businessId = app.OtherBusiness, customerId = b }, third)).Expect(200);

        Assert.Equal(person, joined.Id);
        Assert.Equal(2, joined.Json["customers"]!.AsArray().Count); // the first business is not in this token
        Assert.Equal(3, (await Compliance(app.Business, app.OtherBusiness, third).GetAsync($"/api/v1/people/{person}")).Json["customers"]!.AsArray().Count);
    }

    [Fact]
    public async Task Get_PersonOfUnnamedBusinesses_Is404()
    {
        var person = (await PutAsync(await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness))).Expect(200).Id;
        var elsewhere = await app.GivenBusinessAsync();

        (await Compliance(elsewhere).GetAsync($"/api/v1/people/{person}")).Expect(404);
        (await Compliance(elsewhere).GetAsync($"/api/v1/people/{Guid.NewGuid()}")).Expect(404);
    }

    [Fact]
    public async Task Put_CustomerOfUnnamedBusiness_IsAnsweredLikeOneThatDoesNotExist()
    {
        var (mine, theirs) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));
        var here = Compliance(app.Business);

        var unnamed = (await here.PutAsync($"/api/v1/customers/{mine}/person", new { businessId = app.OtherBusiness, customerId = theirs })).Expect(400);
        var missing = (await here.PutAsync($"/api/v1/customers/{mine}/person", new { businessId = app.OtherBusiness, customerId = Guid.NewGuid() })).Expect(400);

        Assert.Equal(["/customerId unknown_customer"], unnamed.Faults);
        Assert.Equal(missing.Words(), unnamed.Words());
        Assert.Null(await PersonOfAsync(mine));
    }

    [Fact]
    public async Task Put_TwoCustomersOfOneBusiness_IsRefused()
    {
        var (a, b) = (await CustomerAsync(app.Business), await CustomerAsync(app.Business));

        var refused = await Compliance().PutAsync($"/api/v1/customers/{a}/person", new { businessId = app.Business, customerId = b }, app.Business);

        Assert.Equal(["/businessId same_business"], refused.Expect(400).Faults);
    }

    [Fact]
    public async Task Put_PersonWhoIsAnotherCustomerThereAlready_Is409()
    {
        var (mine, theirs, second) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness), await CustomerAsync(app.Business));
        await PutAsync(mine, theirs);

        Assert.Equal("person_is_customer", (await PutAsync(second, theirs)).Expect(409).Problem);
        Assert.Null(await PersonOfAsync(second));
    }

    [Fact]
    public async Task Put_RowsOfDifferentPeople_Is409()
    {
        var (a, b) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));
        var (c, d) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));
        await PutAsync(a, b);
        await PutAsync(c, d);

        Assert.Equal("different_people", (await PutAsync(a, d)).Expect(409).Problem);
    }

    [Fact]
    public async Task Delete_LastTie_ForgetsThePerson()
    {
        var (mine, theirs) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));
        var person = (await PutAsync(mine, theirs)).Expect(200).Id;

        (await Compliance(app.Business).DeleteAsync($"/api/v1/customers/{mine}/person")).Expect(204);
        Assert.Single((await Compliance().GetAsync($"/api/v1/people/{person}")).Expect(200).Json["customers"]!.AsArray());

        (await Compliance(app.OtherBusiness).DeleteAsync($"/api/v1/customers/{theirs}/person")).Expect(204);
        (await Compliance(app.OtherBusiness).DeleteAsync($"/api/v1/customers/{theirs}/person")).Expect(204);
        (await Compliance().GetAsync($"/api/v1/people/{person}")).Expect(404);
        Assert.Empty(await app.Database.QueryAsync<Guid>("select id from people where id = @person", new { person }));
    }

    [Fact]
    public async Task Put_Crosswise_AtOnce_MakesOnePersonAndNoDeadlock()
    {
        for (var round = 0; round < 10; round++)
        {
            var (a, b) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));

            var answers = await Task.WhenAll(PutAsync(a, b), PutOtherWayAsync(a, b), PutAsync(a, b), PutOtherWayAsync(a, b));

            Assert.Single(answers.Select(answer => answer.Expect(200).Id).Distinct());
        }
    }

    [Fact]
    public async Task Put_DeletedCustomer_IsStillCompliancesToTie()
    {
        var (mine, theirs) = (await CustomerAsync(app.Business), await CustomerAsync(app.OtherBusiness));
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{mine}")).Expect(202);

        (await PutAsync(mine, theirs)).Expect(200);
    }

    [Fact]
    public async Task Put_ClosedBusiness_Is409()
    {
        var closing = await app.GivenBusinessAsync();
        var (mine, theirs) = (await CustomerAsync(app.Business), await CustomerAsync(closing));
        await app.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @closing", new { closing });

        var refused = await Compliance(app.Business, closing).PutAsync(
            $"/api/v1/customers/{mine}/person", new { businessId = closing, customerId = theirs }, app.Business);

        Assert.Equal("business_closed", refused.Expect(409).Problem);
        Assert.Null(await PersonOfAsync(mine));
    }

    [Fact]
    public async Task Put_NoIds_NamesBothFaults() => Assert.Equal(
        ["/customerId invalid_id", "/businessId required"],
        (await Compliance(app.Business).PutAsync($"/api/v1/customers/{await CustomerAsync(app.Business)}/person", new { customerId = "x" })).Expect(400).Faults);

    [Fact]
    public async Task App_CanNeitherListNorDeletePeople()
    {
        await using var connection = new Npgsql.NpgsqlConnection(app.Database.App);
        await connection.OpenAsync();

        foreach (var sql in new[] { "select id from people", "delete from people" })
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private async Task<Guid> CustomerAsync(Guid business) => (await app.CustomerAsync(business: business)).Id;

    private ManyBusinesses Compliance(params Guid[] businesses) => new(app, businesses is [] ? [app.Business, app.OtherBusiness] : businesses);

    private Task<Answer> PutAsync(Guid mine, Guid theirs) => Compliance().PutAsync(
        $"/api/v1/customers/{mine}/person", new { businessId = app.OtherBusiness, customerId = theirs }, app.Business);

    private Task<Answer> PutOtherWayAsync(Guid mine, Guid theirs) => Compliance().PutAsync(
        $"/api/v1/customers/{theirs}/person", new { businessId = app.Business, customerId = mine }, app.OtherBusiness);

    private async Task<Guid?> PersonOfAsync(Guid customer) =>
        (await app.Database.QueryAsync<Guid?>("select person_id from customers where id = @customer", new { customer }))[0];

    /// <summary>A compliance caller whose token names several businesses and who asks as one of them.</summary>
    private sealed class ManyBusinesses(TestApp app, Guid[] businesses)
    {
        private readonly ApiClient client = app.WithToken(TestApp.Token("compliance", businesses));

        public Task<Answer> GetAsync(string path) => client.SendAsync(HttpMethod.Get, path, null, As(businesses[0]));

        public Task<Answer> PutAsync(string path, object body, Guid? business = null) =>
            client.SendAsync(HttpMethod.Put, path, body, As(business ?? businesses[0]));

        public Task<Answer> DeleteAsync(string path) => client.SendAsync(HttpMethod.Delete, path, null, As(businesses[0]));

        private static (string, string) As(Guid business) => ("X-Business-Id", business.ToString());
    }
}
