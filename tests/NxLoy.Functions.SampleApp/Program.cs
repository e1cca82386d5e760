using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.SampleApp;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddSingleton<Ticks>();
builder.Services.TryAddSingleton(TimeProvider.System);
if (builder.Configuration["FailAtStart"] is { } reason)
    throw new InvalidOperationException(reason);

var host = builder.Build();
await host.RunAsync();
