// Mirrors Microsoft.Azure.Functions.Worker 2.52.0.
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    /// <summary>Reads the settings and prepares the services; nothing is served before the built host is started.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, StartingHost.Current);
}

public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder web;
    private readonly StartingHost? starting;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middlewares = [];
    private bool built;

    internal FunctionsApplicationBuilder(string[]? args, StartingHost? starting)
    {
        this.starting = starting;
        web = EmbeddedHost.CreateBuilder(args ?? [], starting);
    }

    public IServiceCollection Services => web.Services;
    public ConfigurationManager Configuration => web.Configuration;
    public IHostEnvironment Environment => web.Environment;
    public ILoggingBuilder Logging => web.Logging;
    public IMetricsBuilder Metrics => web.Metrics;
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)web).Properties;
    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    internal bool AspNetCoreIntegration { get; set; }

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ThrowIfBuilt();
        middlewares.Add(middleware);
        return this;
    }

    public IHost Build()
    {
        ThrowIfBuilt();
        built = true;
        return EmbeddedHost.Build(web, middlewares, AspNetCoreIntegration, starting);
    }

    private void ThrowIfBuilt()
    {
        if (built)
            throw new InvalidOperationException("The application has already been built.");
    }
}
