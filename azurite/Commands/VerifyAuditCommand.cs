using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run verify-audit</c>: has the running app follow its audit log, and says in words what it found.</summary>
internal static class VerifyAuditCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30); // the whole log is read

    /// <returns>0 when it is whole, 1 when it is broken.</returns>
    public static async Task<int> ExecuteAsync(CommandLine line, Checkout checkout, CancellationToken cancellationToken)
    {
        line.Done();
        if (!new App(checkout).IsAlive)
            throw new LauncherException("The app does not run: ./run --detach starts it.");

        var state = StackState.Of(checkout);
        var tokens = new DevelopmentTokens(Secrets.Of(checkout, new Narrator(Console.Error)).SigningKey);
        using var http = new HttpClient { BaseAddress = new Uri(state.BaseUrl!), Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Create("compliance", [state.Businesses[0].Id]));
        using var answer = await http.GetAsync("/api/v1/audit/verification", cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new LauncherException($"The app did not verify its audit log: {(int)answer.StatusCode} {answer.ReasonPhrase} {body}");

        var found = JsonNode.Parse(body)!;
        Console.WriteLine(InWords(found));
        return (bool)found["valid"]! ? 0 : 1;
    }

    internal static string InWords(JsonNode found)
    {
        var read = $"{found["rows"]} rows and {found["checkpoints"]} checkpoints were read"
            + (found["copies"] is { } copies ? $", and compared with {copies} copies in blob storage." : "; there are no copies in blob storage to compare with.");
        var removed = found["removedUntil"] is { } until ? $"\nRows signed until {until} have been removed, with a signed record, because of their age." : "";
        if ((bool)found["valid"]!)
        {
            var signed = found["signedUntil"] is { } time ? $"Everything signed until {time} is as it was written." : "Nothing has been signed yet.";
            return $"The audit log is whole. {read}\n{signed}{removed}";
        }

        var broken = found["firstBroken"]!;
        var (chain, sequence) = ((string)broken["chain"]!, broken["sequence"]!);
        var link = chain switch
        {
            "checkpoints" => $"Checkpoint {sequence}",
            "cuts" => $"Record {sequence} of removed rows",
            _ => $"Row {sequence} of the chain {chain}",
        };
        var reason = (string)broken["reason"]! switch
        {
            "missing" => "is missing",
            "changed" => "was changed or moved",
            "unlike_copy" => "is not what its copy in blob storage says",
            "too_early" => "tells of rows that were not old enough to be removed",
            var other => $"is broken: {other}",
        };
        return $"THE AUDIT LOG IS BROKEN. {link} {reason}.\nUp to there {read}{removed}\nKeep the database and the blobs as they are, and read docs/help/limits-audit-and-traces.md.";
    }
}
