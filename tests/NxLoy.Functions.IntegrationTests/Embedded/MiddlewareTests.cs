using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task Middlewares_RunInOrderOfRegistration_AroundTheFunction()
    {
        var (status, body, trace) = await GetAsync("/api/hello", builder =>
        {
            builder.UseMiddleware<First>();
            builder.UseMiddleware(async (context, next) =>
            {
                context.InstanceServices.GetRequiredService<Trace>().Add("second in");
                await next();
                context.InstanceServices.GetRequiredService<Trace>().Add("second out");
            });
        });

        Assert.Equal((HttpStatusCode.OK, "hello"), (status, body));
        Assert.Equal(["first in", "second in", "function", "second out", "first out"], trace);
    }

    [Fact]
    public async Task Middleware_ThatSetsTheResultAndDoesNotCallNext_Answers()
    {
        var (status, body, trace) = await GetAsync("/api/hello", builder => builder.UseMiddleware((context, next) =>
        {
            context.GetInvocationResult().Value = Results.Text("no entry", statusCode: 403);
            return Task.CompletedTask;
        }));

        Assert.Equal((HttpStatusCode.Forbidden, "no entry"), (status, body));
        Assert.Empty(trace);
    }

    [Fact]
    public async Task Middleware_MayWriteTheResponseItself()
    {
        var (status, body, _) = await GetAsync("/api/hello", builder => builder.UseMiddleware(async (context, next) =>
        {
            var response = context.GetHttpContext()!.Response;
            response.StatusCode = 429;
            await response.WriteAsync("later");
        }));

        Assert.Equal((HttpStatusCode.TooManyRequests, "later"), (status, body));
    }

    [Fact]
    public async Task Middleware_SeesAndReplacesWhatTheFunctionReturned()
    {
        var (_, body, _) = await GetAsync("/api/hello", builder => builder.UseMiddleware(async (context, next) =>
        {
            await next();
            Assert.IsAssignableFrom<IResult>(context.GetInvocationResult<IResult>().Value);
            context.GetInvocationResult().Value = Results.Text("replaced");
        }));

        Assert.Equal("replaced", body);
    }

    [Fact]
    public async Task Middleware_MayTurnAnExceptionIntoAnAnswer()
    {
        var (status, body, _) = await GetAsync("/api/fails", builder => builder.UseMiddleware(async (context, next) =>
        {
            try
            {
                await next();
            }
            catch (InvalidOperationException exception)
            {
                context.GetInvocationResult().Value = Results.Text(exception.Message, statusCode: 409);
            }
        }));

        Assert.Equal((HttpStatusCode.Conflict, "sample"), (status, body));
    }

    [Fact]
    public async Task Middleware_ThatThrows_Gives500WithoutABody()
    {
        var (status, body, _) = await GetAsync("/api/hello", builder => builder.UseMiddleware((_, _) => throw new InvalidOperationException()));

        Assert.Equal((HttpStatusCode.InternalServerError, ""), (status, body));
    }

    [Theory]
    [InlineData("/api/hello", new[] { "first in", "function", "first out" })]
    [InlineData("/api/other", new[] { "function" })]
    public async Task UseWhen_RunsOnlyWhereItsConditionHolds(string path, string[] expected)
    {
        var (_, _, trace) = await GetAsync(path, builder => builder.UseWhen<First>(context => context.FunctionDefinition.Name == "Hello"));

        Assert.Equal(expected, trace);
    }

    [Fact]
    public async Task Items_AndFeatures_TravelFromMiddlewareToFunction()
    {
        var (_, body, _) = await GetAsync("/api/carried", builder => builder.UseMiddleware((context, next) =>
        {
            context.Items["who"] = "Ann";
            context.Features.Set(new Version(1, 2));
            return next();
        }));

        Assert.Equal("Ann 1.2", body);
    }

    [Fact]
    public async Task ScopedServices_AreOnePerInvocation()
    {
        await using var host = await SampleApp.StartAsync<Samples>(builder =>
        {
            builder.Services.AddSingleton<Trace>().AddScoped<Scoped>();
            builder.UseMiddleware((context, next) =>
            {
                context.Items["scoped"] = context.InstanceServices.GetRequiredService<Scoped>();
                return next();
            });
        });
        using var client = host.CreateClient();

        var first = await client.GetStringAsync("/api/scoped");
        var second = await client.GetStringAsync("/api/scoped");

        Assert.StartsWith("same", first, StringComparison.Ordinal);
        Assert.StartsWith("same", second, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
    }

    private static async Task<(HttpStatusCode Status, string Body, string[] Trace)> GetAsync(string path, Action<FunctionsApplicationBuilder> configure)
    {
        var trace = new Trace();
        await using var host = await SampleApp.StartAsync<Samples>(builder =>
        {
            builder.Services.AddSingleton(trace).AddScoped<Scoped>();
            configure(builder);
        });
        using var client = host.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), [.. trace]);
    }

    internal sealed class Trace : List<string>;

    internal sealed class Scoped
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    private sealed class First(Trace trace) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            trace.Add("first in");
            await next(context);
            trace.Add("first out");
        }
    }

    internal sealed class Samples(Trace trace, Scoped scoped)
    {
        [Function("Hello")]
        public IResult Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello")] HttpRequest request)
        {
            trace.Add("function");
            return Results.Text("hello");
        }

        [Function("Other")]
        public IResult Other([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "other")] HttpRequest request) => Hello(request);

        [Function("Fails")]
        public static IResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails")] HttpRequest request) =>
            throw new InvalidOperationException("sample");

        [Function("Carried")]
        public static IResult Carried([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "carried")] HttpRequest request, FunctionContext context) =>
            Results.Text($"{context.Items["who"]} {context.Features.Get<Version>()}");

        [Function("Scoped")]
        public IResult OfScope([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "scoped")] HttpRequest request, FunctionContext context) =>
            Results.Text($"{(ReferenceEquals(scoped, context.Items["scoped"]) ? "same" : "different")} {scoped.Id}");
    }
}
