using System.Diagnostics;
using NxLoy.Functions.LocalStack.Demonstration;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>
/// What <c>./run --demo</c> adds once the app answers: believable customers and a year of transactions for each business,
/// all of it through the public API. Every id is fixed, so what is there already stays as it is.
/// </summary>
internal static class Demo
{
    public static async Task FillAsync(StackState state, DevelopmentTokens tokens, Narrator narrator, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        foreach (var (business, shop) in state.Businesses.Zip(Shop.All))
        {
            using var api = new DemoApi(new Uri(state.BaseUrl!), business.Id, tokens);
            narrator.Say($"Demo: {business.Name}'s customers.");
            var people = DemoPeople.Of(shop);
            var added = await FillCustomersAsync(api, people, cancellationToken);

            var events = DemoSales.Of(shop, business.Id, people, TimeProvider.System.GetUtcNow());
            narrator.Say($"Demo: {added} of {people.Count} customers are new. {events.Count} transactions follow.");
            var accepted = 0;
            foreach (var batch in events.Chunk(1000))
                accepted += await api.SendAsync(batch, cancellationToken);
            narrator.Say($"Demo: {accepted} of {events.Count} transactions are new.");
        }

        narrator.Say($"Demo: done in {watch.Elapsed.TotalSeconds:F0} s.");
    }

    // Whoever brings others comes first. Few at a time: the rest of the machine wants to live, too.
    private static async Task<int> FillCustomersAsync(DemoApi api, IReadOnlyList<DemoPerson> people, CancellationToken cancellationToken)
    {
        var (ids, added) = (new Guid[people.Count], 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
        foreach (var turn in people.GroupBy(person => person.ReferredBy is not null).OrderBy(turn => turn.Key))
        {
            await Parallel.ForEachAsync(turn, options, async (person, stop) =>
            {
                var (id, isNew) = await api.CustomerAsync(person, person.ReferredBy is { } referrer ? ids[referrer] : null, stop);
                ids[person.Number] = id;
                if (isNew)
                    Interlocked.Increment(ref added);
                foreach (var tag in person.Tags)
                    await api.TagAsync(id, tag, stop);
                if (person.Note is not null)
                    await api.NoteAsync(id, person.Note, stop);
            });
        }

        return added;
    }
}
