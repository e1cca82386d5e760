using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NxLoy.Functions.LocalStack.Demonstration;

/// <summary>One business's public API, as its owner and as the till that tells of transactions.</summary>
internal sealed class DemoApi(Uri address, Guid business, DevelopmentTokens tokens) : IDisposable
{
    private readonly HttpClient owner = ClientOf(address, tokens.Create("owner", [business]));
    private readonly HttpClient till = ClientOf(address, tokens.Create("service", [business]));

    /// <summary>The person's id as a customer, and whether it was made now.</summary>
    public async Task<(Guid Id, bool IsNew)> CustomerAsync(DemoPerson person, Guid? referrer, CancellationToken cancellationToken)
    {
        using var answer = await owner.PostAsJsonAsync(
            "/api/v1/customers",
            new
            {
                person.ExternalId, person.Email, person.Phone, person.FirstName, person.LastName, person.DateOfBirth,
                person.PreferredLanguage, ReferredBy = referrer,
            },
            cancellationToken);
        var isThere = answer.StatusCode == HttpStatusCode.Conflict;
        var json = isThere ? await ReadAsync(answer, cancellationToken) : await ExpectAsync(answer, HttpStatusCode.Created, cancellationToken);
        return json[isThere ? "existingId" : "id"] is { } id ? (id.GetValue<Guid>(), !isThere)
            : throw new LauncherException($"--demo: the app refused a customer: {json.ToJsonString()}");
    }

    public async Task TagAsync(Guid customer, string tag, CancellationToken cancellationToken)
    {
        using var answer = await owner.PutAsync($"/api/v1/customers/{customer}/tags/{Uri.EscapeDataString(tag)}", null, cancellationToken);
        await ExpectAsync(answer, HttpStatusCode.NoContent, cancellationToken);
    }

    /// <summary>Writes the note unless the customer has one.</summary>
    public async Task NoteAsync(Guid customer, string note, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/customers/{customer}/notes";
        using var there = await owner.GetAsync(path + "?limit=1", cancellationToken);
        if ((await ExpectAsync(there, HttpStatusCode.OK, cancellationToken))["items"]!.AsArray().Count > 0)
            return;
        using var answer = await owner.PostAsJsonAsync(path, new { body = note }, cancellationToken);
        await ExpectAsync(answer, HttpStatusCode.Created, cancellationToken);
    }

    /// <summary>How many of the events are new.</summary>
    public async Task<int> SendAsync(IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(events, new MediaTypeHeaderValue("application/cloudevents-batch+json"));
        using var answer = await till.PostAsync("/api/v1/events", body, cancellationToken);
        var results = (await ExpectAsync(answer, HttpStatusCode.OK, cancellationToken))["results"]!.AsArray();
        return results.FirstOrDefault(result => (string?)result!["status"] is not ("accepted" or "duplicate")) is { } refused
            ? throw new LauncherException($"--demo: the app did not take a transaction: {refused.ToJsonString()}")
            : results.Count(result => (string?)result!["status"] == "accepted");
    }

    public void Dispose()
    {
        owner.Dispose();
        till.Dispose();
    }

    private static HttpClient ClientOf(Uri address, string token) =>
        new() { BaseAddress = address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static async Task<JsonObject> ExpectAsync(HttpResponseMessage answer, HttpStatusCode status, CancellationToken cancellationToken) =>
        answer.StatusCode != status
            ? throw new LauncherException($"--demo: {answer.RequestMessage!.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}")
            : await ReadAsync(answer, cancellationToken);

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        await answer.Content.ReadAsStringAsync(cancellationToken) is { Length: > 0 } text ? JsonNode.Parse(text, default, default(JsonDocumentOptions))!.AsObject() : [];
}
