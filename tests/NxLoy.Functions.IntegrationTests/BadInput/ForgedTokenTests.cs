using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Every endpoint that needs a token, sent a request that would succeed under tokens that must open nothing.</summary>
public sealed class ForgedTokenTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    public static TheoryData<string> Functions => [.. Described.All.Where(operation => operation.Role is not null).Select(operation => operation.Name).Order()];

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Token_ThatIsForged_OpensNothing(string function)
    {
        var target = await Target.OfAsync(app.App, Described.Of(function));
        var (role, business) = (target.Operation.Role!, target.Stage.Business);

        await app.RefusesAsync(
        [
            .. Forged.Like(role, business).Select(forged => new Attack(forged.Name, target.Valid with { Token = forged.Token }, ["401 token_invalid"])),
            new("no token", target.Valid with { Token = null }, ["401 token_missing"]),
            new("another scheme", (target.Valid with { Token = null }).With("Authorization", "Basic b3duZXI6b3duZXI="), ["401 token_missing"]),
            new("a scheme alone", (target.Valid with { Token = null }).With("Authorization", "Bearer"), ["401 token_missing"]),
            new("a token of the token alone", (target.Valid with { Token = null }).With("Authorization", TestApp.Sign(Forged.Claims(role, business))), ["401 token_missing"]),
        ]);

        await app.SucceedsAsync(target);
    }

    [Fact]
    public async Task Token_ThatTheForgedOnesWereMadeFrom_OpensWhatItSays() =>
        (await app.App.WithToken(TestApp.Sign(Forged.Claims("owner", app.App.Business))).GetAsync("/api/v1/business")).Expect(200);

    [Fact]
    public async Task Token_LargerThanTheServerReads_IsRefusedByTheServer() =>
        (await app.Wire.SendAsync(new Sent("GET", "/api/v1/business") { Token = new string('x', 100_000) })).Expect(431);
}
