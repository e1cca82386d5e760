using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Speaks to the API as one caller and keeps the whole answer for a test to look at.</summary>
public sealed class ApiClient
{
    private readonly HttpClient http;
    private readonly Contract? contract;

    /// <param name="http">A client of the app.</param>
    /// <param name="token">Null sends none.</param>
    /// <param name="contract">What every answer must be like; null does not look.</param>
    public ApiClient(HttpClient http, string? token, Contract? contract = null)
    {
        this.http = http;
        this.contract = contract;
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> PutAsync(string path, object body, string? ifMatch = "*") => SendAsync(HttpMethod.Put, path, body, Match(ifMatch));

    public Task<Answer> PatchAsync(string path, object body, string? ifMatch = "*") => SendAsync(HttpMethod.Patch, path, body, Match(ifMatch));

    public Task<Answer> DeleteAsync(string path, object? body = null, string? ifMatch = "*") => SendAsync(HttpMethod.Delete, path, body, Match(ifMatch));

    /// <param name="body">A string is sent as it is; HttpContent too; <see cref="Typed"/> as what it says; anything else as JSON.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body switch
            {
                null => null,
                HttpContent content => content,
                Typed typed => new StringContent(typed.Text, Encoding.UTF8, typed.ContentType),
                string text => new StringContent(text, Encoding.UTF8, "application/json"),
                _ => new StringContent(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json"),
            },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var sent = contract is null || request.Content is null ? null : await request.Content.ReadAsStringAsync();
        using var response = await http.SendAsync(request);
        var answer = new Answer(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync())
        {
            AllowedMethods = [.. response.Content.Headers.Allow],
        };
        DemandNoKey(answer, path, body as string ?? sent ?? "");
        contract?.Check(method, path, sent, request.Content?.Headers.ContentType?.MediaType, answer);
        return answer;
    }

    // The addresses of the host's management endpoints carry its key: no answer may hold one.
    private static void DemandNoKey(Answer answer, string path, string sent)
    {
        if (!path.Contains("code=", StringComparison.Ordinal) && !sent.Contains("code=", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("code=", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("code=", answer.Headers.ToString(), StringComparison.Ordinal);
        }
    }

    private static (string, string)[] Match(string? ifMatch) => ifMatch is null ? [] : [("If-Match", ifMatch)];
}

/// <summary>A body of another content type than application/json.</summary>
public sealed record Typed(string ContentType, object Body)
{
    public string Text => Body as string ?? JsonSerializer.Serialize(Body, JsonSerializerOptions.Web);
}

/// <summary>What the API answered.</summary>
public sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, string Text)
{
    public int Code => (int)Status;

    /// <summary>The header Allow.</summary>
    public IReadOnlyList<string> AllowedMethods { get; init; } = [];

    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string? ETag => Headers.ETag?.ToString();

    public Guid Id => Json["id"]!.GetValue<Guid>();

    /// <summary>The problem's stable code.</summary>
    public string? Problem => ContentType == "application/problem+json" ? Json["code"]?.GetValue<string>() : null;

    /// <summary>The faults as "pointer code".</summary>
    public IReadOnlyList<string> Faults => Json["errors"] is not JsonArray errors ? []
        : [.. errors.Select(error => $"{error!["pointer"]} {error["code"]}")];

    /// <summary>The body without the trace id, in which any two problems differ.</summary>
    public string Words()
    {
        var body = Json;
        body.Remove("traceId");
        return body.ToJsonString();
    }

    public Answer Expect(int status) =>
        Code == status ? this : throw new Xunit.Sdk.XunitException($"Expected {status}, got {Code}: {Text}");
}
