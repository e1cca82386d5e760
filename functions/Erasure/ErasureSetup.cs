using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Erasure;

internal static class ErasureSetup
{
    public static IServiceCollection AddErasure(this IServiceCollection services, IConfiguration configuration) => services
        .AddEvents(ErasureEvents.All)
        .AddSingleton(ErasureOptions.From(configuration))
        .AddSingleton<CertificateKey>()
        .AddSingleton<RequestErasure>()
        .AddSingleton<GetErasure>()
        .AddSingleton<ListErasures>()
        .AddSingleton<ApproveErasure>()
        .AddSingleton<StopErasure>()
        .AddSingleton<GetCertificate>()
        .AddSingleton<PlaceHold>()
        .AddSingleton<ReleaseHold>()
        .AddSingleton<ListHolds>()
        .AddSingleton<ErasureInstances>()
        .AddSingleton<PlanErasure>()
        .AddSingleton<EraseRows>()
        .AddSingleton<EraseFiles>()
        .AddSingleton<CopyToLedger>()
        .AddSingleton<ScanForErased>()
        .AddSingleton<CompleteErasure>()
        .AddSingleton<SweepErasures>()
        .AddSingleton<ApplyLedger>();
}
