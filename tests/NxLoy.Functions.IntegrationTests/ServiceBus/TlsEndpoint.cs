using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>
/// The embedded broker as a namespace on Azure is reached: by TLS and nothing else, with a certificate for "localhost"
/// whose authority only those trust who are told of it.
/// </summary>
internal sealed class TlsEndpoint : IAsyncDisposable
{
    private readonly string broker;
    private readonly string authority = Path.Combine(Path.GetTempPath(), $"nxloy-authority-{Guid.NewGuid():N}.pem");
    private readonly X509Certificate2 certificate;
    private readonly TcpProxy proxy;
    private int asked;
    private int agreed;

    private TlsEndpoint(string connectionString)
    {
        broker = connectionString;
        certificate = Issue();
        proxy = new TcpProxy("127.0.0.1", EndpointOf(connectionString).Port, PassAsync);
    }

    /// <summary>How many connections began.</summary>
    public int Asked => Volatile.Read(ref asked);

    /// <summary>How many of them the other side trusted enough to say anything.</summary>
    public int Agreed => Volatile.Read(ref agreed);

    /// <param name="connectionString">Of the broker.</param>
    public static TlsEndpoint Before(string connectionString) => new(connectionString);

    /// <summary>As Azure's portal gives it, with a port of its own.</summary>
    public string ConnectionString(string host = "localhost") =>
        string.Join(';', broker.Split(';').Where(part => part.StartsWith("SharedAccessKey", StringComparison.Ordinal)).Prepend($"Endpoint=sb://{host}:{proxy.Port}/"));

    /// <summary>What makes a process trust the authority that issued the certificate, where OpenSSL is what checks it.</summary>
    public void Trust(Dictionary<string, string?> settings) => settings["SSL_CERT_FILE"] = authority;

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        certificate.Dispose();
        File.Delete(authority);
    }

    private static Uri EndpointOf(string connectionString) =>
        new(connectionString.Split(';').Single(part => part.StartsWith("Endpoint=", StringComparison.Ordinal))["Endpoint=".Length..]);

    private X509Certificate2 Issue()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuing = new CertificateRequest("CN=An authority for tests", issuerKey, HashAlgorithmName.SHA256);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var issuer = issuing.CreateSelfSigned(from, to);
        File.WriteAllText(authority, issuer.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(issuer, from, to, Guid.NewGuid().ToByteArray());
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null);
    }

    private async Task PassAsync(NetworkStream client, NetworkStream server, CancellationToken cancellation)
    {
        Interlocked.Increment(ref asked);
        await using var secure = new SslStream(client);
        try
        {
            await secure.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 }, cancellation);

            // By TLS 1.3 the server is done before the client has looked at the certificate: only what it says afterwards tells.
            var first = new byte[16_384];
            if (await secure.ReadAsync(first, cancellation) is not (> 0 and var read))
                return;
            Interlocked.Increment(ref agreed);
            await server.WriteAsync(first.AsMemory(0, read), cancellation);
            await Task.WhenAny(secure.CopyToAsync(server, cancellation), server.CopyToAsync(secure, cancellation));
        }
        catch (AuthenticationException)
        {
            // It does not trust us.
        }
    }
}
