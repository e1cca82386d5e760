using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using NxLoy.Functions.IntegrationTests.BadInput;
using NxLoy.Functions.IntegrationTests.Fixtures;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.Fuzz;

/// <summary>
/// Thousands of requests that nobody thought of, several at a time: no answer is a fault of ours, all are as described,
/// nothing of another business is touched or shown, and nothing is left half-written.
/// </summary>
[Trait("Category", "Slow")]
public sealed class FuzzTests(AttackedApp app) : IClassFixture<AttackedApp>
{
    private const int Seed = 20_261_123;
    private const int Requests = 5000;
    private const int AtOnce = 8;

    private readonly ConcurrentQueue<string> failures = [];
    private readonly ConcurrentDictionary<string, int> statuses = [];
    private readonly ConcurrentDictionary<string, string> made = [];

    [Fact]
    public async Task FiveThousandRandomRequests_FindNoFaultAndLeaveNothingHalfWritten()
    {
        var (mine, theirs) = (await World.MakeAsync(app.App, "fuzzed"), await World.MakeAsync(app.App, "neighbour"));
        var before = await app.Tables.ReadAsync(theirs.Business);
        var fuzzer = new Fuzzer(Seed, mine, theirs, await CustomersAsync(mine.Business));

        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < Requests && failures.Count < 20;)
            {
                await SendAsync(number, fuzzer.Make(number), theirs);
            }
        }));

        Assert.True(failures.IsEmpty, $"Seed {Seed}:\n{string.Join("\n\n", failures)}");
        Assert.Null(AttackedApp.Change(before, await app.Tables.ReadAsync(theirs.Business)));
        Assert.Empty(await Invariants.BrokenAsync(app.App.Database));
        foreach (var location in made.Values.Where(location => !location.Contains("/notes/", StringComparison.Ordinal) && !location.Contains("/holds/", StringComparison.Ordinal)))
        {
            (await app.App.AsOf(mine.Business, "compliance").GetAsync(location)).Expect(200);
        }

        Assert.True((bool)(await app.App.AsOf(mine.Business, "compliance").GetAsync("/api/v1/audit/verification")).Expect(200).Json["valid"]!);

        // A fuzzer whose requests all fail at the door finds nothing behind it.
        foreach (var status in (string[])["200", "201", "204", "400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"])
        {
            Assert.True(statuses.ContainsKey(status), $"No request was answered {status}; there were {string.Join(", ", statuses.OrderBy(status => status.Key, StringComparer.Ordinal))}.");
        }

        Assert.InRange(statuses.Where(status => status.Key[0] == '2').Sum(status => status.Value), Requests / 5, Requests);
    }

    private async Task SendAsync(int number, Sent sent, World theirs)
    {
        var answer = await app.Wire.SendAsync(sent);
        statuses.AddOrUpdate(answer.Code.ToString(CultureInfo.InvariantCulture), 1, (_, count) => count + 1);
        if (FaultIn(answer, sent, theirs) is { } fault)
        {
            failures.Enqueue($"Request {number}: {fault}\n{answer.Code} {answer.Text[..Math.Min(500, answer.Text.Length)]}\n{sent}");
        }
    }

    private string? FaultIn(Answer answer, Sent sent, World theirs)
    {
        if (answer.Code >= 500)
        {
            return "is a fault of ours";
        }

        if (theirs.ShownIn(answer, string.Concat(theirs.Ids)) is { } shown)
        {
            return $"shows {shown} of another business";
        }

        var path = sent.Target.Split('?')[0];
        if (answer.Code < 300 && theirs.Ids.Any(id => path.Contains(id.ToString(), StringComparison.Ordinal)))
        {
            return "serves another business's id";
        }

        return Unlike(answer, sent) ?? Twice(answer, sent);
    }

    /// <summary>How the answer differs from the description.</summary>
    private static string? Unlike(Answer answer, Sent sent)
    {
        // What the server itself cannot read it refuses before any function.
        if (answer is { Code: 400 or 414 or 431, Text: "" } && (sent.Target.Contains("%00", StringComparison.Ordinal) || sent.Target.Length > 8000))
        {
            return null;
        }

        if (sent.Method == "HEAD")
        {
            return answer.Code is 404 or 405 && answer.Text.Length == 0 ? null : "answers HEAD";
        }

        if (answer.Code >= 400 && (answer.Problem is not { } code || !Documented.Problems.Contains(code) || answer.Faults.Any(fault => !Documented.Faults.Contains(fault.Split(' ')[^1]))))
        {
            return "is no documented problem";
        }

        try
        {
            var operation = Described.All.FirstOrDefault(known => known.Method == sent.Method && Matches(known, sent));
            var body = operation is { IsObject: true } && sent.Body is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;
            TestApp.Contract.Check(new HttpMethod(sent.Method), sent.Target, body, sent.ContentType?.Split(';')[0].ToLowerInvariant(), answer);
            return null;
        }
        catch (XunitException unlike)
        {
            return unlike.Message;
        }
    }

    private static bool Matches(Described operation, Sent sent)
    {
        var (pattern, path) = (operation.Path.Split('/'), sent.Target.Split('?')[0].Split('/'));
        return pattern.Length == path.Length && pattern.Zip(path).All(part => part.First.StartsWith('{') || part.First == part.Second);
    }

    /// <summary>One key of one caller makes one thing, however often it is sent.</summary>
    private string? Twice(Answer answer, Sent sent)
    {
        if (answer.Code != 201)
        {
            return null;
        }

        var location = answer.Headers.Location!.ToString();
        var key = sent.Headers.FirstOrDefault(header => header.Name == "Idempotency-Key").Value;
        return made.GetOrAdd(key is null ? location : $"{key} of {Subject(sent.Token!)}", location) == location ? null : "makes a second thing under one key";
    }

    private static string Subject(string token) => new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Subject;

    private async Task<IReadOnlyList<(Guid, Guid)>> CustomersAsync(Guid business)
    {
        var customers = new List<(Guid, Guid)>();
        for (var count = 0; count < 40; count++)
        {
            var customer = (await app.App.CustomerAsync(business: business)).Id;
            customers.Add((customer, (await app.App.AsOf(business, "staff").PostAsync($"/api/v1/customers/{customer}/notes", new { body = "A note." })).Expect(201).Id));
        }

        return customers;
    }
}
