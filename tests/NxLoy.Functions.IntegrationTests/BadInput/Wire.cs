using System.Text;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>A request byte for byte as it goes out; no client makes it decent on the way.</summary>
/// <param name="Target">Path and query as they stand in the request line.</param>
internal sealed record Sent(string Method, string Target)
{
    public string? Token { get; init; }

    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = "application/json";

    /// <summary>Sent in chunks, without its length.</summary>
    public bool IsChunked { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public string Json
    {
        init => Body = Encoding.UTF8.GetBytes(value);
    }

    public Sent With(string header, string? value) => this with
    {
        Headers = [.. Headers.Where(known => !known.Name.Equals(header, StringComparison.OrdinalIgnoreCase)), .. value is null ? [] : new[] { (header, value) }],
    };

    public override string ToString() =>
        $"{Method} {Short(Target)}\n{string.Concat(Headers.Select(header => $"{header.Name}: {Short(header.Value)}\n"))}"
        + $"Authorization: Bearer {Token ?? "none"}\n{(Body is null ? "" : $"Content-Type: {ContentType}{(IsChunked ? ", in chunks" : "")}\n\n{Short(Encoding.UTF8.GetString(Body))}")}";

    private static string Short(string text) => text.Length <= 2000 ? text : $"{text[..1000]} [... {text.Length} characters] {text[^200..]}";
}

/// <summary>Sends requests over connections that are kept, so that thousands are quick.</summary>
internal sealed class Wire(Uri address) : IAsyncDisposable
{
    public static Wire To(Uri address) => new(address);

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address, Timeout = TimeSpan.FromMinutes(1),
    };

    public async Task<Answer> SendAsync(Sent sent)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(sent.Method),
            new Uri($"http://{address.Authority}{sent.Target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (sent.Body is not null)
        {
            request.Content = new ByteArrayContent(sent.Body);
            request.Headers.TransferEncodingChunked = sent.IsChunked ? true : null;
            if (sent.ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", sent.ContentType);
            }
        }

        if (sent.Token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + sent.Token);
        }

        foreach (var (name, value) in sent.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync())
        {
            AllowedMethods = [.. response.Content.Headers.Allow],
        };
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }
}
