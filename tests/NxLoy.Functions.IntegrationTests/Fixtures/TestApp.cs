using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Http;
using NxLoy.Functions.Http.OpenApi;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The whole app on a database of its own, with two businesses; one per test class (IClassFixture).</summary>
public class TestApp : IAsyncLifetime
{
    private static readonly ECDsa PrivateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly DevelopmentTokens Tokens = new(PrivateKey);
    private static readonly ECDsa CertificateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly Lazy<Contract> Described = new(() => new Contract(JsonNode.Parse(new ApiDescription(new Endpoints()).Document)!.AsObject()));

    /// <summary>
    /// The setting that keeps the nightly rebuild of figures from writing while other tests compare what is written.
    /// </summary>
    public const string NoRebuilds = "AzureWebJobs.EveryQuarterHour.Disabled";

    /// <summary>The same for the evaluation of everybody's tiers when a day begins.</summary>
    public const string NoTierRuns = "AzureWebJobs.EveryQuarterHourTiers.Disabled";

    /// <summary>The setting that keeps checkpoints from coming between those that a test makes.</summary>
    public const string NoSigning = "AzureWebJobs.EveryMinuteSignAudit.Disabled";

    /// <summary>The setting that keeps what waits from being tried again between the tries that a test makes.</summary>
    public const string NoRetries = "AzureWebJobs.EveryMinuteRetryDeadLetters.Disabled";

    /// <summary>The names of all functions that the clock starts.</summary>
    public static IReadOnlyList<string> Timers { get; } =
    [
        .. from type in typeof(CustomerFunctions).Assembly.GetTypes()
           from method in type.GetMethods()
           where method.GetParameters().Any(parameter => parameter.IsDefined(typeof(TimerTriggerAttribute)))
           select method.GetCustomAttribute<FunctionAttribute>()!.Name,
    ];

    private FunctionsTestHost? host;
    private TestDatabase? database;

    public bool RebuildsMetrics { get; init; }

    public bool RunsTiers { get; init; }

    /// <summary>It has blob storage, in containers of its own.</summary>
    public bool KeepsFiles { get; init; }

    /// <summary>Changes the settings it is started with.</summary>
    public Action<Dictionary<string, string?>> Configure { get; init; } = _ => { };

    /// <summary>What it was started with, for an app in a process of its own.</summary>
    public IReadOnlyDictionary<string, string?> StartedWith { get; private set; } = new Dictionary<string, string?>();

    /// <summary>Its containers in blob storage.</summary>
    public IEnumerable<string> Containers => StartedWith.Where(setting => setting.Key.EndsWith("Container", StringComparison.Ordinal)).Select(setting => setting.Value!);

    /// <summary>The public half of what certificates are signed with.</summary>
    public static byte[] CertificatePublicKey => CertificateKey.ExportSubjectPublicKeyInfo();

    /// <summary>Business time.</summary>
    public DateTimeOffset BusinessNow() => Host.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>Whether the log is signed when a minute of the real clock is over, too, and not only when a test signs it.</summary>
    public bool SignsAuditByItself { get; init; } = true;

    public FunctionsTestHost Host => host!;

    public TestDatabase Database => database!;

    /// <summary>What the app says of its API; every answer to a client made here is held against it.</summary>
    public static Contract Contract => Described.Value;

    /// <summary>A business in UTC and USD.</summary>
    public Guid Business { get; private set; }

    /// <summary>Another one, whose customers nobody of the first may see.</summary>
    public Guid OtherBusiness { get; private set; }

    /// <summary>A client of the first business.</summary>
    public ApiClient As(string role, string? subject = null) => AsOf(Business, role, subject);

    public ApiClient AsOf(Guid business, string role, string? subject = null) => new(Host.CreateClient(), Token(role, [business], subject), Contract);

    /// <summary>A client without a token.</summary>
    public ApiClient Anonymous() => new(Host.CreateClient(), token: null, Contract);

    public ApiClient WithToken(string? token) => new(Host.CreateClient(), token, Contract);

    public static string Token(string role, IEnumerable<Guid> businesses, string? subject = null, TimeSpan? lifetime = null) =>
        Tokens.Create(role, businesses, subject, lifetime);

    /// <summary>A token with the tests' own signature, whatever it says.</summary>
    public static string Sign(Dictionary<string, object> claims)
    {
        var credentials = new SigningCredentials(new ECDsaSecurityKey(PrivateKey) { KeyId = Tokens.KeyId }, SecurityAlgorithms.EcdsaSha256);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = credentials });
    }

    /// <summary>The public half of the tests' key as an authority would publish it.</summary>
    public static (string Jwk, string Pem, byte[] Der) PublicKey => (Tokens.PublicJwk, PrivateKey.ExportSubjectPublicKeyInfoPem(), PrivateKey.ExportSubjectPublicKeyInfo());

    /// <summary>Makes a business as its own module would.</summary>
    public async Task<Guid> GivenBusinessAsync(string timeZone = "UTC", string currency = "USD", string region = "US", string status = "ACTIVE")
    {
        var id = Guid.CreateVersion7();
        await Database.QueryAsync<int>(
            """
            insert into businesses (id, name, status, time_zone, currency, default_region, created_at, updated_at)
            values (@id, 'A business', @status, @timeZone, @currency, @region, now(), now())
            """,
            new { id, status, timeZone, currency, region });
        return id;
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CloneAsync();
        var settings = KeepsFiles ? TestBlobs.Settings(database) : Settings(database);
        if (RunsTiers)
        {
            settings.Remove(NoTierRuns);
        }

        if (RebuildsMetrics)
        {
            settings.Remove(NoRebuilds);
        }

        if (!SignsAuditByItself)
        {
            settings[NoSigning] = "true";
        }

        Configure(settings);
        StartedWith = settings;
        host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
        Business = await GivenBusinessAsync();
        OtherBusiness = await GivenBusinessAsync();
    }

    /// <summary>Ends the app in this process and leaves its database, for an app in a process of its own.</summary>
    public async Task StopHostAsync()
    {
        await EventContract.CheckAsync(this);
        await Host.DisposeAsync();
        host = null;
    }

    public async Task DisposeAsync()
    {
        try
        {
            if (host is not null)
            {
                await EventContract.CheckAsync(this);
            }
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    /// <summary>What the app needs to run on a test database.</summary>
    public static Dictionary<string, string?> Settings(TestDatabase database) => new()
    {
        ["Database:Owner"] = database.Owner,
        ["Database:App"] = database.App,
        ["Database:Worker"] = database.Worker,
        ["EmbeddedRuntime:Database"] = database.Owner,
        ["EmbeddedRuntime:Broker"] = "false",
        ["Authentication:DevelopmentKey"] = Tokens.PublicJwk,
        ["Keys:Sealing"] = Convert.ToBase64String(new byte[32]),
        ["Keys:Certificates"] = Convert.ToBase64String(CertificateKey.ExportPkcs8PrivateKey()),
        ["Keys:Exports"] = Convert.ToBase64String(new byte[32]),
        ["Logging:LogLevel:Default"] = "Warning",
        ["Events:InboundTopic"] = "loyalty-activity",
        ["Events:InboundSubscription"] = "customers",
        [NoRebuilds] = "true",
        [NoTierRuns] = "true",
        [NoRetries] = "true",
    };
}

/// <summary>The same with blob storage; one per test class (IClassFixture).</summary>
public sealed class FilingApp : TestApp
{
    public FilingApp() => KeepsFiles = true;
}
