using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Runs the app's timers while this process holds the lease.</summary>
internal sealed class TimerHost : BackgroundService
{
    private readonly List<TimerListener> listeners = [];
    private readonly List<Task> startedByHand = [];
    private readonly TaskCompletionSource firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken stopping;
    private readonly HostDatabase? database;
    private readonly ILogger<TimerHost> log;

    /// <exception cref="FormatException">A schedule is not one.</exception>
    public TimerHost(
        FunctionTable functions, RuntimeOptions options, IConfiguration settings, BusinessClock clock, FunctionPipeline pipeline,
        IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<TimerHost> log)
    {
        stopping = lifetime.ApplicationStopping;
        database = services.GetService<HostDatabase>();
        this.log = log;
        ScheduleMonitor monitor = database is null ? new MemoryScheduleMonitor() : new DatabaseScheduleMonitor(database);
        var zone = TimerZone.Find(options.TimeZone);
        foreach (var function in functions.Where(f => f is { Timer: not null, IsDisabled: false }))
        {
            var schedule = TimerSchedule.Parse(SettingExpression.Resolve(function.Timer!.Schedule, settings), zone);
            var monitored = function.Timer.UseMonitor && !schedule.IsFrequent;
            listeners.Add(new TimerListener(function, schedule, monitored ? monitor : null, clock, pipeline, services, log));
        }
    }

    /// <summary>Done when this process first knew whether the timers are its own and, if so, where each stands.</summary>
    public Task FirstLook => firstLook.Task;

    /// <summary>Whether this process fires the timers now.</summary>
    public bool IsListening { get; private set; }

    public bool AreSettled(TimeSpan offset) => !IsListening || listeners.TrueForAll(l => l.IsSettled(offset));

    public TimerListener? Find(string function) =>
        listeners.Find(l => string.Equals(l.Name, function, StringComparison.OrdinalIgnoreCase));

    /// <summary>Starts a run that nobody waits for, except the host when it stops.</summary>
    public void StartNow(TimerListener listener)
    {
        lock (startedByHand)
        {
            startedByHand.RemoveAll(run => run.IsCompleted);
            startedByHand.Add(Task.Run(() => RunNowAsync(listener)));
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Task[] runs;
        lock (startedByHand)
            runs = [.. startedByHand];
        await Task.WhenAll(runs).WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (database is null)
                    await ListenAsync(stoppingToken);
                else
                    await ListenWhileLeasedAsync(database, stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                log.TimerLeaseLost(exception);
            }

            await HostDatabase.PauseAsync(stoppingToken);
        }
    }

    private async Task ListenWhileLeasedAsync(HostDatabase database, CancellationToken stoppingToken)
    {
        await using var lease = await TimerLease.OpenAsync(database, stoppingToken);
        while (!await lease.TryAcquireAsync(stoppingToken))
        {
            firstLook.TrySetResult();
            await HostDatabase.PauseAsync(stoppingToken);
        }

        using var leased = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watching = lease.WatchAsync(leased.Token);
        var listening = ListenAsync(leased.Token);
        await Task.WhenAny(watching, listening);
        await leased.CancelAsync();

        // First the functions end, then the lease: whoever takes it next does not run beside them.
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stoppingToken.IsCancellationRequested)
            await (watching.IsFaulted ? watching : listening);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var missed = new bool[listeners.Count];
        for (var i = 0; i < missed.Length; i++)
            missed[i] = await listeners[i].StartAsync(cancellationToken);
        IsListening = true;
        firstLook.TrySetResult();
        try
        {
            await Task.WhenAll([Task.Delay(Timeout.Infinite, cancellationToken), .. listeners.Select((l, i) => l.ListenAsync(missed[i], cancellationToken))]);
        }
        finally
        {
            IsListening = false;
        }
    }

    private async Task RunNowAsync(TimerListener listener)
    {
        try
        {
            await listener.RunNowAsync(stopping);
        }
#pragma warning disable CA1031 // Nobody waits for this run, and the pipeline has logged its failure
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
