using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>
/// How <see cref="FunctionsTestHost"/> reaches the builder inside the app's own entry point. It flows with the
/// asynchronous call, so hosts that start side by side in one process never see each other's.
/// </summary>
internal sealed class StartingHost(IReadOnlyList<Type> functions, IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? configureServices)
{
    private static readonly AsyncLocal<StartingHost?> Flowing = new();

    public static StartingHost? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    public IReadOnlyList<Type> Functions => functions;
    public IReadOnlyDictionary<string, string?> Settings => settings;
    public Action<IServiceCollection>? ConfigureServices => configureServices;

    /// <summary>The host once it is started.</summary>
    public TaskCompletionSource<IHost> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Watch(IHost host) =>
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => Started.TrySetResult(host));
}
