using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace NxLoy.Functions.Http;

/// <summary>
/// An OpenID Connect authority (setting Authentication:Authority): its issuer and keys come from discovery, are cached,
/// and are fetched anew when a token is signed by a key that is not known yet.
/// </summary>
public sealed class Authority
{
    // Asymmetric ones only: with a symmetric algorithm the public key would be the secret.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    // The library's default fetches a rotated key in the background and refuses the first tokens that it signed.
    static Authority() => AppContext.SetSwitch("Switch.Microsoft.IdentityModel.UpdateConfigAsBlocking", true);

    private readonly ConfigurationManager<OpenIdConnectConfiguration> discovery;
    private readonly TokenValidationParameters rules;

    /// <param name="address">https, or http on loopback only; the discovery document lies at its .well-known path.</param>
    public Authority(Uri address, string audience)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            throw new InvalidOperationException("Authentication:Authority must be an https address.");
        }

        discovery = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{address.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = address.Scheme == Uri.UriSchemeHttps })
        {
            RefreshInterval = TimeSpan.FromSeconds(30),
        };
        rules = new TokenValidationParameters
        {
            ConfigurationManager = discovery,
            ValidAudience = audience,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
    }

    public async Task<Result<TokenValidationParameters>> RulesAsync(CancellationToken cancellation)
    {
        try
        {
            await discovery.GetConfigurationAsync(cancellation);
            return rules;
        }
        catch (InvalidOperationException)
        {
            // Never reached so far. That is no fault of the token, and must not look like one.
            return CallerProblems.AuthorityUnavailable;
        }
    }
}
