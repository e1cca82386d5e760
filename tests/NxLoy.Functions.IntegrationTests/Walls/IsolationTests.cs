using System.Text.Json;
using NxLoy.Functions.IntegrationTests.BadInput;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Walls;

/// <summary>
/// Every endpoint of the API's description, under every role, with every kind of id that another business has in every
/// place that takes one: nothing of that business is shown, changed, or even said to exist.
/// </summary>
public sealed class IsolationTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    private static readonly string[] Roles = ["staff", "owner", "compliance", "service", "customer"];

    /// <summary>Who may call what, written down a second time: what the code says of itself proves nothing.</summary>
    private static readonly Dictionary<string, string> WhoMay = new()
    {
        ["GetCustomer"] = "staff owner compliance customer",
        ["GetCustomers"] = "staff owner compliance",
        ["SearchCustomers"] = "staff owner compliance",
        ["PostCustomer"] = "staff owner",
        ["PutCustomer"] = "staff owner customer",
        ["PatchCustomer"] = "staff owner customer",
        ["DeleteCustomer"] = "owner compliance customer",
        ["RestoreCustomer"] = "compliance",
        ["GetErasures"] = "owner compliance customer",
        ["GetErasure"] = "owner compliance customer",
        ["ApproveErasure"] = "compliance",
        ["RejectErasure"] = "compliance",
        ["CancelErasure"] = "owner compliance customer",
        ["GetCertificate"] = "owner compliance customer",
        ["GetHolds"] = "compliance",
        ["PostHold"] = "compliance",
        ["DeleteHold"] = "compliance",
        ["ActivateCustomer"] = "staff owner",
        ["DeactivateCustomer"] = "staff owner",
        ["GetNotes"] = "staff owner compliance",
        ["PostNote"] = "staff owner",
        ["PatchNote"] = "staff owner",
        ["DeleteNote"] = "owner",
        ["PutTag"] = "staff owner",
        ["DeleteTag"] = "staff owner",
        ["GetReferrals"] = "staff owner compliance",
        ["PutCustomerPerson"] = "compliance",
        ["DeleteCustomerPerson"] = "compliance",
        ["GetPerson"] = "compliance",
        ["PostExport"] = "owner compliance customer",
        ["PostPersonExport"] = "compliance",
        ["GetExports"] = "owner compliance customer",
        ["GetExport"] = "owner compliance customer",
        ["ApproveExport"] = "owner compliance",
        ["RejectExport"] = "owner compliance",
        ["RetryExport"] = "owner compliance",
        ["DownloadExport"] = "owner compliance customer",
        ["GetBusiness"] = "owner",
        ["PutBusiness"] = "owner",
        ["GetTierConfiguration"] = "owner",
        ["PutTierConfiguration"] = "owner",
        ["GetTierAudits"] = "owner",
        ["GetTimeline"] = "staff owner compliance customer",
        ["GetTier"] = "staff owner compliance customer",
        ["GetTierHistory"] = "staff owner compliance customer",
        ["PostTierRecalculation"] = "owner",
        ["GetTierRecalculation"] = "owner",
        ["PostTierSimulation"] = "owner",
        ["PostTierOverride"] = "owner",
        ["DeleteTierOverride"] = "owner",
        ["PostEvents"] = "service",
        ["GetUnsettledEvents"] = "owner",
        ["GetDeadLetters"] = "owner",
        ["GetDeadLetter"] = "owner",
        ["RetryDeadLetter"] = "owner",
        ["DiscardDeadLetter"] = "owner",
        ["VerifyAudit"] = "compliance",
        ["GetMetricsRebuild"] = "owner",
        ["GetOpenApi"] = "",
        ["GetAsyncApi"] = "",
        ["GetLiveness"] = "",
        ["GetReadiness"] = "",
    };

    public static TheoryData<string> Functions => [.. Described.All.Where(operation => operation.Role is not null).Select(operation => operation.Name).Order()];

    public static TheoryData<string> OfCustomers =>
        [.. Described.All.Where(operation => operation.Roles.Contains("customer") && operation.PathParameters.Any()).Select(operation => operation.Name).Order()];

    [Fact]
    public void EveryEndpoint_IsInTheTableOfRoles() =>
        Assert.Equal(Described.All.Select(operation => operation.Name).Order(), WhoMay.Keys.Order());

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Role_OpensWhatTheTableSaysAndNothingElse(string function)
    {
        foreach (var role in Roles)
        {
            var target = await Target.OfAsync(app.App, Described.Of(function), role);
            if (!WhoMay[function].Split(' ').Contains(role))
            {
                await app.RefusesAsync([new(role, As(target, role), ["403 role_missing"])]);
                continue;
            }

            var answer = await app.Wire.SendAsync(As(target, role));
            Assert.True(answer.Code is >= 200 and < 300, $"{role}: {answer.Code} {answer.Text}");
        }

        var open = await Target.OfAsync(app.App, Described.Of(function));
        await app.RefusesAsync(
        [
            new("no role", open.Valid with { Token = TestApp.Token("", open.Businesses) }, ["403 role_missing"]),
            new("a role that nobody knows", open.Valid with { Token = TestApp.Token("emperor", open.Businesses) }, ["403 role_missing"]),
            new("no token", open.Valid with { Token = null }, ["401 token_missing"]),
        ]);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task ForeignId_InAPathOrHeader_IsAsIfItDidNotExist(string function)
    {
        var (target, theirs) = (await Target.OfAsync(app.App, Described.Of(function)), await World.MakeAsync(app.App, "neighbour"));
        var operation = target.Operation;
        var ids = operation.PathParameters.Where(parameter => parameter.Format == "uuid").Select(parameter => parameter.Name).ToList();
        var nobodys = ids.Count == 0 ? "" : (await app.Wire.SendAsync(target.WithPath(ids[0], Guid.NewGuid().ToString()))).Expect(404).Words();
        foreach (var role in Roles)
        {
            var mine = target with { Valid = As(target, role) };
            var refusal = operation.Roles.Contains(role) ? "404 not_found" : "403 role_missing";
            var foreign = ids.SelectMany(id => theirs.Ids.Select(value => mine.WithPath(id, value.ToString())))
                .Append(mine.Valid with { Target = ids.Count == 0 ? mine.Valid.Target : theirs.PathOf(operation), Token = ids.Count == 0 ? null : mine.Valid.Token })
                .ToList();

            await app.RefusesAsync([.. foreign.Select(sent => new Attack($"{role}, {sent.Target}", sent, [sent.Token is null ? "401 token_missing" : refusal])), new($"{role}, header", mine.ForBusiness(theirs.Business.ToString()), ["404 not_found"])]);
            foreach (var sent in operation.Roles.Contains(role) ? foreign.Where(sent => sent.Token is not null) : [])
            {
                // Word for word, so that nobody can tell "another's" from "nobody's".
                Assert.Equal(nobodys, (await app.Wire.SendAsync(sent)).Words());
            }
        }

        await app.SucceedsAsync(target);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task ForeignIdOrName_InABodyOrQuery_ShowsAndChangesNothing(string function)
    {
        var (target, theirs) = (await Target.OfAsync(app.App, Described.Of(function)), await World.MakeAsync(app.App, "neighbour"));
        var before = await app.Tables.ReadAsync(theirs.Business);
        var values = theirs.Names.Concat(theirs.Ids.Select(id => id.ToString())).ToList();
        var places = target.Operation.Fields.Where(field => field.Type == "string").Select(field => (IsId: field.Format == "uuid", Sent: (Func<string, Sent>)(value => target.WithField(field.Name, JsonSerializer.Serialize(value)))))
            .Concat(target.Operation.QueryParameters.Select(parameter => (IsId: parameter.Format == "uuid", Sent: (Func<string, Sent>)(value => target.WithQuery($"{parameter.Name}={Uri.EscapeDataString(value)}")))));
        var said = "";
        foreach (var (value, (isId, make), role) in from value in values from place in places from role in target.Operation.Roles select (value, place, role))
        {
            var sent = make(value) with { Token = As(target, role).Token };
            said = said.Contains(value, StringComparison.Ordinal) ? said : said + value; // and may be answered from now on: it is kept as a text

            var answer = await app.Wire.SendAsync(sent);

            Assert.True(answer.Code < 500 && answer.Code != 403 || answer.Problem is "not_requester" || answer.Problem == "role_missing" && target.Operation.Name == "PostCustomer", $"{answer.Code} {answer.Text}\n{sent}");
            Assert.False(isId && answer.Code < 300, $"A foreign id was accepted: {answer.Text}\n{sent}");
            Assert.True(theirs.ShownIn(answer, said) is null, $"{theirs.ShownIn(answer, said)} is shown: {answer.Text}\n{sent}");
        }

        Assert.Null(AttackedApp.Change(before, await app.Tables.ReadAsync(theirs.Business)));
    }

    [Fact]
    public async Task Event_AboutAnotherBusinesssCustomerOrSale_FindsNobody()
    {
        var (mine, theirs) = (await app.App.GivenBusinessAsync(), await World.MakeAsync(app.App, "neighbour"));
        var before = await app.Tables.ReadAsync(theirs.Business);
        var own = (await app.App.CustomerAsync(business: mine)).Id;
        var service = app.App.AsOf(mine, "service");

        var outcomes = (await service.PostAsync("/api/v1/events", Events.Batch(
            Events.Sale(mine, theirs.Customer),
            Events.Sale(mine, theirs.Deleted),
            Events.Sale(theirs.Business, theirs.Customer),
            Events.Of("completed", Events.Data(mine, 1, "a", email: theirs.Names[0])),
            Events.Of("completed", Events.Data(mine, 1, "b", phone: theirs.Names[2])),
            Events.Of("completed", Events.Data(mine, 1, "c", externalId: theirs.Names[3])),
            Events.Of("refunded", Events.Data(mine, 1, "d", customerId: own, original: theirs.Names[5]))))).Outcomes();

        Assert.Equal(["unlinked", "unlinked", "rejected unknown_business", "unlinked", "unlinked", "unlinked", "retry sale_not_arrived"], outcomes);
        Assert.Equal(["accepted"], (await service.PostAsync("/api/v1/events", Events.One(Events.Sale(mine, own, transactionId: theirs.Names[5])))).Outcomes());
        Assert.Null(AttackedApp.Change(before, await app.Tables.ReadAsync(theirs.Business)));
    }

    [Fact]
    public async Task ListsOfOneBusiness_ShowNothingOfAnother()
    {
        var (mine, theirs) = (await World.MakeAsync(app.App, "mine"), await World.MakeAsync(app.App, "neighbour"));
        foreach (var operation in Described.All.Where(operation => operation.Method == "GET" && operation.Role is not null))
        {
            foreach (var role in operation.Roles)
            {
                var sent = new Sent("GET", mine.PathOf(operation)) { Token = TestApp.Token(role, [mine.Business], role == "customer" ? mine.SubjectOf(operation).ToString() : null) };

                var answer = (await app.Wire.SendAsync(sent)).Expect(operation.Name == "GetCertificate" ? 409 : 200); // signed when there is nothing left to show

                Assert.Null(theirs.ShownIn(answer, sent.ToString()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(OfCustomers))]
    public async Task Customer_SeesItselfAndNobodyElse(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function), "customer");
        var another = (await target.Stage.CustomerAsync()).Id.ToString();
        var asAnother = target.Valid with { Token = TestApp.Token("customer", target.Businesses, another) };

        await app.RefusesAsync(
        [
            new("as another customer", asAnother, ["404 not_found"]),
            new("as nobody", target.Valid with { Token = TestApp.Token("customer", target.Businesses, "someone") }, ["404 not_found"]),
            new("as a customer of that id elsewhere", target.Valid with { Token = TestApp.Token("customer", [app.App.Business], SelfOf(target)) }, ["404 not_found"]),
        ]);

        var own = await app.Wire.SendAsync(As(target, "customer"));
        Assert.True(own.Code is >= 200 and < 300, own.Text);
    }

    /// <summary>The valid request under another role; a customer asks as the one that it is about.</summary>
    private static Sent As(Target target, string role) => target.Valid with
    {
        Token = TestApp.Token(role, target.Businesses, role == "customer" ? SelfOf(target) : null),
    };

    private static string? SelfOf(Target target) => target.About?.ToString()
        ?? (target.Operation.Path.StartsWith("/api/v1/customers/{id}", StringComparison.Ordinal) ? target.InPath("id") : null);
}
