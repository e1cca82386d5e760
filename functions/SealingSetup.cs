using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions;

internal static class SealingSetup
{
    public static IServiceCollection AddSealing(this IServiceCollection services, IConfiguration configuration) =>
        services.AddSingleton(_ => new Sealing(Secret(configuration["Keys:Sealing"]))).AddSingleton<ErasedIds>();

    private static byte[] Secret(string? setting)
    {
        var secret = new byte[32];
        return setting is not null && Convert.TryFromBase64String(setting, secret, out var length) && length == secret.Length
            ? secret
            : throw new InvalidOperationException("The setting Keys:Sealing is missing or is not 32 bytes in base64. See docs/settings.md.");
    }
}
