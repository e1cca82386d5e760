using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http;

/// <summary>How results become HTTP answers.</summary>
public static class Answers
{
    public static IResult ToHttp<T>(this Result<T> result, Func<T, IResult> answer) =>
        result.Failed(out var problem) ? problem.ToHttp() : answer(result.Value);

    public static async Task<IResult> ToHttp<T>(this Task<Result<T>> result, Func<T, IResult> answer) =>
        (await result).ToHttp(answer);

    public static Task<IResult> ToHttp<T>(this Task<Result<T>> result) => result.ToHttp(value => Ok(value));

    /// <summary>The resource, with its version as ETag.</summary>
    public static Task<IResult> ToHttp<T>(this Task<Result<Versioned<T>>> result) => result.ToHttp(found => Ok(found.Value, found.Version));

    public static Task<IResult> ToHttp(this Task<Result<Done>> result) => result.ToHttp(_ => Results.NoContent());

    public static IResult Ok<T>(T value, long? version = null) => new JsonAnswer<T>(StatusCodes.Status200OK, value) { Version = version };

    public static IResult WithStatus<T>(int status, T value) => new JsonAnswer<T>(status, value);

    public static IResult Created<T>(string location, T value, long? version = null) =>
        new JsonAnswer<T>(StatusCodes.Status201Created, value) { Location = location, Version = version };

    /// <summary>Work that goes on after the answer; <paramref name="location"/> shows how far it is.</summary>
    public static IResult Accepted<T>(string location, T value) =>
        new JsonAnswer<T>(StatusCodes.Status202Accepted, value) { Location = location, RetryAfterSeconds = 1 };

    public static IResult ToHttp(this Problem problem) => new ProblemAnswer(problem);

    public static IResult MethodNotAllowed(IReadOnlyList<string> allowed) =>
        new ProblemAnswer(HttpProblems.MethodNotAllowed) { Allow = string.Join(", ", allowed) };

    /// <summary>An ETag as this API writes it: the version in quotes.</summary>
    public static string ETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    // Whole, with its length: the host passes a payload on once and not in pieces.
    private static Task WriteAsync<T>(HttpContext http, T value, string contentType)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, Json.Options);
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private sealed class JsonAnswer<T>(int status, T value) : IResult, IStatusCodeHttpResult, IAboutCustomers
    {
        int? IStatusCodeHttpResult.StatusCode => status;

        IEnumerable<Guid>? IAboutCustomers.Customers => value is IAboutCustomers about ? about.Customers : [];

        public string? Location { get; init; }

        public long? Version { get; init; }

        public int? RetryAfterSeconds { get; init; }

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.Headers.CacheControl = "no-store"; // personal data has no place in caches
            if (Location is not null)
            {
                response.Headers.Location = Location;
            }

            if (Version is { } version)
            {
                response.Headers.ETag = ETag(version);
            }

            if (RetryAfterSeconds is { } seconds)
            {
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            return WriteAsync(httpContext, value, "application/json; charset=utf-8");
        }
    }

    private sealed class ProblemAnswer(Problem problem) : IResult, IStatusCodeHttpResult, IAboutCustomers
    {
        int? IStatusCodeHttpResult.StatusCode => problem.Status;

        IEnumerable<Guid>? IAboutCustomers.Customers => problem.ExistingId is { } id ? [id] : null;

        public string? Allow { get; init; }

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = problem.Status;
            response.Headers.CacheControl = "no-store";
            if (Allow is not null)
            {
                response.Headers.Allow = Allow;
            }

            if (problem.RetryAfterSeconds is { } seconds)
            {
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            return WriteAsync(httpContext, ProblemDocument.Of(problem, httpContext.TraceIdentifier), "application/problem+json");
        }
    }
}
