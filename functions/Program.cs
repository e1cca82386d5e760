using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions;
using NxLoy.Functions.Activity;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Engagement;
using NxLoy.Functions.Erasure;
using NxLoy.Functions.Exports;
using NxLoy.Functions.Http;
using NxLoy.Functions.Http.RateLimits;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Observability;
using NxLoy.Functions.Preferences;
using NxLoy.Functions.Storage;
using NxLoy.Functions.Tiers;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<CorrelationMiddleware>();
builder.UseMiddleware<TelemetryMiddleware>();
builder.UseMiddleware<ProblemMiddleware>();
builder.UseMiddleware<CallerMiddleware>();
builder.UseMiddleware<RateLimitMiddleware>();
builder.UseMiddleware<QueryMiddleware>();
builder.UseMiddleware<AuditMiddleware>();

// Business time. The embedded runtime brings a clock that can be moved in development; elsewhere it is the system's.
builder.Services.TryAddSingleton(TimeProvider.System);
builder.Services
    .AddSealing(builder.Configuration)
    .AddDatabase(builder.Configuration)
    .AddStorage(builder.Configuration)
    .AddObservability(builder.Configuration)
    .AddMessaging(builder.Configuration)
    .AddHttpRoom(builder.Configuration, builder.Environment)
    .AddBusinesses()
    .AddCustomers()
    .AddEngagement()
    .AddPreferences()
    .AddErasure(builder.Configuration)
    .AddExports(builder.Configuration)
    .AddActivity()
    .AddTiers();

using var host = builder.Build();
await host.Services.GetRequiredService<Migrations>().ApplyAsync(CancellationToken.None);
await host.RunAsync();
