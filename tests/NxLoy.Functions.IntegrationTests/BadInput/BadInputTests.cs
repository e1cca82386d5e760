namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>
/// Every endpoint of the API's description, sent its own valid request with one thing spoiled, over and over: always a
/// problem document that names the fault, and nothing in the tables. An endpoint that is added is attacked like the others.
/// </summary>
public sealed class BadInputTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    public static TheoryData<string> Functions => [.. Described.All.Select(operation => operation.Name).Order()];

    public static TheoryData<string> WithBody => [.. Described.All.Where(operation => operation.TakesBody).Select(operation => operation.Name).Order()];

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task Body_ThatCannotBeAccepted_IsRefusedAndLeavesNothing(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));

        await app.RefusesAsync(BodyAttacks.On(target));

        await app.SucceedsAsync(target);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task PathQueryAndHeaders_ThatCannotBeAccepted_AreRefusedAndLeaveNothing(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));

        await app.RefusesAsync(ParameterAttacks.On(target));

        await app.SucceedsAsync(target);
    }

    public static TheoryData<string> Changes =>
        [.. Described.All.Where(operation => operation is { Method: not "GET", Name: not ("SearchCustomers" or "PostTierSimulation") }).Select(operation => operation.Name).Order()];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task ClosedBusiness_CanOnlyBeRead(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));
        await app.App.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @Business", new { target.Stage.Business });

        if (Rights.Contains(function))
        {
            await app.SucceedsAsync(target);
            return;
        }

        await app.RefusesAsync([new("closed", target.Valid, ["409 business_closed"])]);
    }

    /// <summary>What people may ask of a business that has closed, too: their right to their data ends with nobody's business.</summary>
    private static readonly string[] Rights =
    [
        "DeleteCustomer", "ApproveErasure", "RejectErasure", "CancelErasure", "PostHold", "DeleteHold",
        "PostExport", "PostPersonExport", "ApproveExport", "RejectExport", "RetryExport",
    ];

    public static TheoryData<string> WithOptionalBody =>
        [.. Described.All.Where(operation => operation is { TakesBody: true, NeedsBody: false }).Select(operation => operation.Name).Order()];

    [Theory]
    [MemberData(nameof(WithOptionalBody))]
    public async Task BodyThatMayBeLeftOut_MayAlsoBeNothingInChunks(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));

        await app.SucceedsAsync(target with { Valid = target.Valid with { Body = [], IsChunked = true } });
    }
}
