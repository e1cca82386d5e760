using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>
/// An OpenID Connect authority (setting Authentication:Authority): its issuer and keys come from discovery, are cached,
/// and are fetched anew when a token is signed by a key that is not known yet.
/// </summary>
public sealed class Authority : IDisposable
{
    // Asymmetric ones only: with a symmetric algorithm the public key would be the secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(12);
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(30);

    private readonly string discovery;
    private readonly HttpDocumentRetriever documents;
    private readonly string audience;
    private readonly SemaphoreSlim fetching = new(1, 1);
    private Fetched? current;
    private long? unknownKeySeen;

    /// <param name="address">https, or http on loopback only; the discovery document lies at its .well-known path.</param>
    /// <param name="audience">What a token's aud must be.</param>
    public Authority(Uri address, string audience)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            throw new InvalidOperationException("Authentication:Authority must be an https address.");
        }

        this.audience = audience;
        discovery = $"{address.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration";
        documents = new HttpDocumentRetriever { RequireHttps = address.Scheme == Uri.UriSchemeHttps };
    }

    /// <summary>What a token with this key id is held against.</summary>
    public async Task<Result<TokenValidationParameters>> RulesAsync(string keyId, CancellationToken cancellation)
    {
        if (MustFetch(keyId))
        {
            await FetchAsync(keyId, cancellation);
        }

        return current is null ? CallerProblems.AuthorityUnavailable : current.Rules;
    }

    public void Dispose() => fetching.Dispose();

    private bool MustFetch(string keyId) =>
        current is null
        || Environment.TickCount64 - current.At > Fresh.TotalMilliseconds
        || (!current.KeyIds.Contains(keyId) && !(Environment.TickCount64 - unknownKeySeen < BetweenUnknownKeys.TotalMilliseconds));

    private async Task FetchAsync(string keyId, CancellationToken cancellation)
    {
        await fetching.WaitAsync(cancellation);
        try
        {
            if (!MustFetch(keyId))
            {
                return; // another request was faster
            }

            // An unknown key means rotation, or somebody making keys up, who must not make us hammer the authority.
            unknownKeySeen = current is null ? null : Environment.TickCount64;
            var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(discovery, documents, cancellation);
            current = new Fetched(Rules(configuration), [.. configuration.SigningKeys.Select(key => key.KeyId ?? "")], Environment.TickCount64);
        }
        catch (Exception unreachable) when (unreachable is IOException or InvalidOperationException or HttpRequestException)
        {
            // That is no fault of the token and must not look like one; keys known already go on being good.
        }
        finally
        {
            fetching.Release();
        }
    }

    private TokenValidationParameters Rules(OpenIdConnectConfiguration configuration) => new()
    {
        ValidIssuer = configuration.Issuer,
        ValidAudience = audience,
        ValidAlgorithms = Algorithms,
        IssuerSigningKeys = configuration.SigningKeys,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        ClockSkew = TimeSpan.FromSeconds(30),
    };

    private sealed record Fetched(TokenValidationParameters Rules, HashSet<string> KeyIds, long At);
}
