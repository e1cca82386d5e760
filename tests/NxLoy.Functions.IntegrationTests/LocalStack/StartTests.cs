using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>./run of the real app: PostgreSQL and Azurite from the pinned packages.</summary>
[Trait("Category", "Slow")]
[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class StartTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>
{
    [Fact]
    public async Task Info_WhileTheAppRuns_TellsEverythingAScriptNeeds()
    {
        var info = await stack.RunningAsync();

        Assert.Equal(["baseUrl", "businesses", "tokens", "masterKey", "postgres", "blob", "serviceBus"], info.Select(property => property.Key));
        Assert.Equal(["Northwind Coffee", "Harbour Books"], info["businesses"]!.AsArray().Select(b => b!["name"]!.GetValue<string>()));
        Assert.All(info["businesses"]!.AsArray(), b => Assert.Equal(7, b!["id"]!.GetValue<Guid>().Version));
        Assert.All(info["tokens"]!.AsArray(), t => Assert.Equal(["business", "role", "token"], t!.AsObject().Select(p => p.Key)));
        Assert.Equal(
            ["staff", "owner", "compliance", "service"],
            info["tokens"]!.AsArray().Take(4).Select(t => t!["role"]!.GetValue<string>()));
        Assert.StartsWith("postgresql://nxloy_owner:", info["postgres"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("BlobEndpoint=http://127.0.0.1:", info["blob"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("Endpoint=sb://127.0.0.1:", info["serviceBus"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Businesses_OfTheTokens_DoNotSeeEachOther()
    {
        var info = await stack.RunningAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(info);
        using var northwind = LocalStackFixture.ClientOf(info, business: 0);
        using var harbour = LocalStackFixture.ClientOf(info, business: 1);

        Assert.Equal(HttpStatusCode.OK, (await northwind.GetAsync(customer)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await harbour.GetAsync(customer)).StatusCode);
    }

    [Fact]
    public async Task Roles_OfTheDatabase_OwnNothingAndPassNoPolicy()
    {
        var uri = new Uri((await stack.RunningAsync())["postgres"]!.GetValue<string>());
        var login = uri.UserInfo.Split(':');
        await using var database = NpgsqlDataSource.Create(
            $"Host={uri.Host};Port={uri.Port};Database={uri.AbsolutePath[1..]};Username={login[0]};Password={login[1]}");
        await using var command = database.CreateCommand(
            """
            select string_agg(r.rolname, ',' order by r.rolname) from pg_roles r
            where r.rolname in ('app', 'worker', 'nxloy_owner') and r.rolcanlogin and not r.rolsuper and not r.rolbypassrls
              and not r.rolcreaterole and not r.rolcreatedb
              and (r.rolname = 'nxloy_owner' or (not r.rolinherit and not exists (select from pg_class c where c.relowner = r.oid)))
            """);

        Assert.Equal("app,nxloy_owner,worker", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Token_OfARole_IsSignedByTheKeyThatTheAppKnows()
    {
        var business = Guid.CreateVersion7();
        var token = (await Launcher.RunAsync(
            stack.Data, "token", "--role", "customer", "--business", $"{business}", "--subject", "someone")).Expect(0).Output.Trim();

        var secrets = Secrets.Of(new Checkout(stack.Data, stack.Data), Narrator.Silent);
        var read = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "https://development.nxloy.invalid",
            ValidAudience = "nxloy-functions",
            ValidAlgorithms = ["ES256"],
            IssuerSigningKey = JsonWebKey.Create(new DevelopmentTokens(secrets.SigningKey).PublicJwk),
        });

        Assert.True(read.IsValid, read.Exception?.Message);
        Assert.Equal("someone", read.Claims["sub"]);
        Assert.Equal(["customer"], ((JsonWebToken)read.SecurityToken).GetPayloadValue<string[]>("roles"));
        Assert.Equal([business.ToString()], ((JsonWebToken)read.SecurityToken).GetPayloadValue<string[]>("businesses"));
    }

    [Fact]
    public async Task Advance_MovesTheAppsBusinessTime()
    {
        await stack.RunningAsync();

        var moved = (await Launcher.RunAsync(stack.Data, "advance", "30d")).Expect(0);

        Assert.Contains("\"offset\":\"P30D", moved.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_PrintsWhatIsPublished_Once()
    {
        var customer = (await LocalStackFixture.GivenCustomerAsync(await stack.RunningAsync())).Split('/')[^1];

        var printed = "";
        for (var tries = 0; !printed.Contains(customer, StringComparison.Ordinal) && tries < 10; tries++)
            printed = (await Launcher.RunAsync(stack.Data, "events", "--now")).Expect(0).Output;
        var again = (await Launcher.RunAsync(stack.Data, "events", "--now")).Expect(0).Output;

        Assert.Matches($"customers\\.customer\\.created  .*{customer}", printed);
        Assert.DoesNotContain(customer, again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_EmptiesTheData_AndKeepsBusinessesAndKeys()
    {
        var before = await stack.RunningAsync();
        var customer = await LocalStackFixture.GivenCustomerAsync(before);

        var after = await stack.StartAsync("--reset");

        using var withOldToken = LocalStackFixture.ClientOf(before);
        Assert.Equal(HttpStatusCode.NotFound, (await withOldToken.GetAsync(customer)).StatusCode);
        Assert.Equal(before["businesses"]!.ToJsonString(), after["businesses"]!.ToJsonString());
        await LocalStackFixture.GivenCustomerAsync(after);
    }

    [Fact]
    public async Task Stop_EndsEveryProcess()
    {
        await stack.RunningAsync();
        int[] processes = [stack.PidOf("app"), stack.PidOf("azurite"), stack.PidOf("postgres")];

        await stack.StopAsync();

        Assert.DoesNotContain(processes, ProcessTable.IsAlive);
        Assert.Contains("does not run", (await Launcher.RunAsync(stack.Data, "--info")).Expect(1).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_AskedForAndTakenByAnother_IsSaidAndLeftAlone()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var ended = (await Launcher.RunAsync(stack.Data, "--detach", "--port", $"{port}")).Expect(1);

        Assert.Contains($"port {port}", ended.Errors, StringComparison.Ordinal);
        Assert.True(Ports.Answers(port));
    }
}
