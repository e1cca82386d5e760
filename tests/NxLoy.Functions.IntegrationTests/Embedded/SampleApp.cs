using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>An app as its Program.cs would be, around the sample functions of one test class.</summary>
internal static class SampleApp
{
    public static Task<FunctionsTestHost> StartAsync<TFunctions>(params (string Key, string? Value)[] settings) =>
        StartAsync<TFunctions>(_ => { }, settings);

    public static Task<FunctionsTestHost> StartAsync<TFunctions>(
        Action<FunctionsApplicationBuilder> configure, params (string Key, string? Value)[] settings) =>
        StartAsync<TFunctions>(configure, _ => { }, settings);

    /// <param name="configure">The app's part.</param>
    /// <param name="replace">Replaces parts of the runtime.</param>
    /// <param name="settings">The app's settings.</param>
    public static Task<FunctionsTestHost> StartAsync<TFunctions>(
        Action<FunctionsApplicationBuilder> configure, Action<IServiceCollection> replace, params (string Key, string? Value)[] settings) =>
        FunctionsTestHost.StartAsync(
            async args =>
            {
                var builder = FunctionsApplication.CreateBuilder(args);
                builder.ConfigureFunctionsWebApplication();
                configure(builder);
                await builder.Build().RunAsync();
            },
            [typeof(TFunctions)],
            settings.ToDictionary(s => s.Key, s => s.Value),
            replace);
}
