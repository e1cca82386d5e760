using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>A data folder for ./run, emptied of processes and files afterwards.</summary>
public sealed class LocalStackFixture : IAsyncLifetime
{
    /// <summary>The collection of whoever starts stacks: two at once would choose the same free ports.</summary>
    public const string OneAfterTheOther = "local stacks";

    /// <summary>Not below a folder that only root may enter: where user namespaces are not allowed, root runs PostgreSQL as nobody.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("nxloy-run-").FullName;

    public Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Data, File.GetUnixFileMode(Data) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Data, recursive: true);
    }

    internal async Task<JsonObject> StartAsync(params string[] arguments)
    {
        (await Launcher.RunAsync(Data, ["--detach", .. arguments])).Expect(0);
        return await InfoAsync();
    }

    /// <summary>What an earlier test left running, else a new start.</summary>
    internal async Task<JsonObject> RunningAsync() =>
        File.Exists(Path.Combine(Data, "app.pid")) ? await InfoAsync() : await StartAsync();

    internal async Task<JsonObject> InfoAsync() => JsonNode.Parse((await Launcher.RunAsync(Data, "--info")).Expect(0).Output)!.AsObject();

    internal async Task StopAsync() => (await Launcher.RunAsync(Data, "--stop")).Expect(0);

    /// <summary>The process of a part, by the file that names it.</summary>
    internal int PidOf(string part) => int.Parse(
        File.ReadLines(part == "postgres" ? Path.Combine(Data, "postgres", "data", "postmaster.pid") : Path.Combine(Data, $"{part}.pid")).First(),
        CultureInfo.InvariantCulture);

    /// <summary>kill -9</summary>
    internal async Task KillAsync(string part)
    {
        var pid = PidOf(part);
        using (var process = Process.GetProcessById(pid))
            process.Kill();
        while (ProcessTable.IsAlive(pid))
            await Task.Delay(10);
    }

    internal static HttpClient ClientOf(JsonNode info, int business = 0, string role = "owner")
    {
        var id = info["businesses"]![business]!["id"]!.GetValue<string>();
        var token = info["tokens"]!.AsArray().Single(t => t!["business"]!.GetValue<string>() == id && t["role"]!.GetValue<string>() == role);
        var http = new HttpClient { BaseAddress = new Uri(info["baseUrl"]!.GetValue<string>()) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!["token"]!.GetValue<string>());
        return http;
    }

    /// <summary>Makes a customer of the first business; its path.</summary>
    internal static async Task<string> GivenCustomerAsync(JsonNode info)
    {
        using var http = ClientOf(info);
        using var answer = await http.PostAsJsonAsync("/api/v1/customers", new { email = $"{Guid.NewGuid():N}@example.com" });
        answer.EnsureSuccessStatusCode();
        return $"/api/v1/customers/{(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]}";
    }
}
