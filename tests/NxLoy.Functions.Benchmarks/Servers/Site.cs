using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Http;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>The app and the bare API side by side on one database, and who asks them.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const int Callers = 100;
    private const int Sample = 10_000;

    private readonly BenchDatabase database;
    private readonly string sealing;
    private readonly IReadOnlyList<(string Subject, string Token)> callers;

    private Site(int customers, BenchDatabase database, ServerProcess app, ServerProcess bare, string sealing, IReadOnlyList<(string, string)> callers) =>
        (Customers, this.database, App, Bare, this.sealing, this.callers) = (customers, database, app, bare, sealing, callers);

    public int Customers { get; }

    public ServerProcess App { get; }

    public ServerProcess Bare { get; }

    /// <summary>Resident memory of the app before its first request for a customer.</summary>
    public double IdleMemory { get; private set; }

    public string AppDatabase => database.App;

    /// <summary>Ids of customers, spread over all of them.</summary>
    public IReadOnlyList<Guid> Ids { get; private set; } = [];

    public static async Task<Site> StartAsync(BenchPostgres server, TokenAuthority authority, int customers, Checkout checkout, Narrator narrator)
    {
        var database = await BenchDatabase.CopyAsync(server, customers, narrator);
        var (app, bare) = (await StartAppAsync(server, authority, database, checkout), await StartBareAsync(database, checkout));
        var callers = Enumerable.Range(1, Callers).Select(n => $"staff-{n}").Select(name => (name, authority.Token(name, BenchDatabase.Business))).ToList();
        var site = new Site(customers, database, app, bare, server.Secrets.SealingKey, callers)
        {
            Ids = await database.QueryAsync<Guid>(
                "select id from customers where business_id = @business and deleted_at is null order by md5(id::text) limit @Sample",
                new { business = BenchDatabase.Business, Sample }),
            IdleMemory = app.Resident,
        };
        await database.SettleAsync();
        return site;
    }

    public string TokenOf(int number) => callers[number % callers.Count].Token;

    /// <summary>Cursors that go on after a customer in the middle of the list, one for each caller, who alone can open it.</summary>
    public async Task<IReadOnlyList<(string Token, string Cursor)>> DeepCursorsAsync()
    {
        var place = (await database.QueryAsync<CustomerPlace>(
            """
            select 0 as class, created_at::text as key, id from customers
            where business_id = @business and deleted_at is null
            order by created_at desc, id desc
            offset @half limit 1
            """,
            new { business = BenchDatabase.Business, half = Customers / 2 }))[0];
        var cursors = new Cursors(new Sealing(Convert.FromBase64String(sealing)));
        var asked = new CustomerQuery(new CustomerFilter(), CustomerSort.Default, new PageRequest(PageRequest.DefaultLimit, null, "cursor")).Asked;
        return [.. callers.Select(caller => (
            caller.Token,
            cursors.Seal(new Caller(caller.Subject, Role.Staff, BenchDatabase.Business, [BenchDatabase.Business]), "customers", asked, place)))];
    }

    public Task SettleAsync() => database.SettleAsync();

    /// <summary>Throws unless the app answers the request with success: nobody measures how fast refusals are.</summary>
    public async Task<string> ProveAsync(Ask ask)
    {
        using var http = new HttpClient { BaseAddress = App.Address };
        http.DefaultRequestHeaders.Add("Authorization", ask.Authorization);
        using var answer = ask.Method == "GET"
            ? await http.GetAsync(new Uri(ask.Path, UriKind.Relative))
            : await http.PostAsync(
                new Uri(ask.Path, UriKind.Relative),
                new StringContent(ask.Body.Replace("{n}", $"proof-{Guid.NewGuid():n}", StringComparison.Ordinal), null, "application/json"));
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? body : throw new LauncherException($"{ask.Method} {ask.Path} is answered {(int)answer.StatusCode}: {body}");
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Bare.DisposeAsync();
        await database.DropAsync();
    }

    /// <summary>What the app is started with.</summary>
    public static Dictionary<string, string> SettingsOf(BenchPostgres server, TokenAuthority authority, BenchDatabase database) =>
        new()
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production",
            ["Authentication__Authority"] = authority.Address,
            ["Authentication__Audience"] = TokenAuthority.Audience,
            ["Keys__Sealing"] = server.Secrets.SealingKey,
            ["Database__Owner"] = database.Owner,
            ["Database__App"] = database.App,
            ["Database__Worker"] = database.Worker,
            ["EmbeddedRuntime__Database"] = database.Owner,
            ["EmbeddedRuntime__Broker"] = "false",
            // Once a night all customers are looked over: not in the middle of a measurement.
            ["AzureWebJobs.EveryQuarterHour.Disabled"] = "true",
            ["AzureWebJobs.EveryQuarterHourTiers.Disabled"] = "true",
        };

    private static Task<ServerProcess> StartAppAsync(BenchPostgres server, TokenAuthority authority, BenchDatabase database, Checkout checkout)
    {
        var address = new Uri($"http://127.0.0.1:{Ports.AnyFree()}");
        return ServerProcess.StartAsync(
            "app", Path.Combine(checkout.Root, "functions", "bin", "Release", "net10.0", "NxLoy.Functions.dll"), ["--urls", address.ToString()],
            address, "api/health/live",
            SettingsOf(server, authority, database),
            checkout);
    }

    private static Task<ServerProcess> StartBareAsync(BenchDatabase database, Checkout checkout)
    {
        var address = new Uri($"http://127.0.0.1:{Ports.AnyFree()}");
        return ServerProcess.StartAsync(
            "bare", typeof(Site).Assembly.Location, [BareApi.Command, address.ToString()], address, "/", BareApi.Settings(database), checkout);
    }
}
