using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Exports;

internal static class ExportsSetup
{
    public static IServiceCollection AddExports(this IServiceCollection services, IConfiguration configuration) => services
        .AddEvents(ExportEvents.All)
        .AddSingleton(ExportKeys.From(configuration))
        .AddSingleton<ExportFiles>()
        .AddSingleton<DeleteExportFiles>()
        .AddSingleton<RequestExport>()
        .AddSingleton<GetExport>()
        .AddSingleton<ListExports>()
        .AddSingleton<DecideExport>()
        .AddSingleton<RetryExport>()
        .AddSingleton<DownloadExport>()
        .AddSingleton<BeginExport>()
        .AddSingleton<WriteSection>()
        .AddSingleton<ExportPackage>()
        .AddSingleton<PackExport>()
        .AddSingleton<EndExport>()
        .AddSingleton<ExportFaults>()
        .AddSingleton<SweepExports>();
}
