using System.Globalization;
using Bogus;

namespace NxLoy.Functions.LocalStack.Demonstration;

/// <summary>A year of a shop's transactions, as events.</summary>
internal static class DemoSales
{
    /// <summary>
    /// In the order in which they happened. Only the dates depend on <paramref name="now"/>: how many there are, their ids
    /// and amounts are the same on any day, so that what was sent once is known for good.
    /// </summary>
    public static IReadOnlyList<object> Of(Shop shop, Guid business, IReadOnlyList<DemoPerson> people, DateTimeOffset now)
    {
        var random = new Randomizer(shop.Seed + 1);
        return [.. people.SelectMany(person => Days(shop, person.Habit, random, now)
                .SelectMany((daysAgo, visit) => Visit(shop, business, person, visit, At(random, daysAgo, now), random, now)).ToList())
            .OrderBy(sent => sent.At).Select(sent => sent.Event)];
    }

    /// <summary>How many days ago each visit was.</summary>
    private static List<int> Days(Shop shop, Habit habit, Randomizer random, DateTimeOffset now)
    {
        var season = Enumerable.Range(1, 365).Where(day => shop.Season.Contains(now.AddDays(-day).Month)).ToArray();
        return habit switch
        {
            Habit.Regular => Draw(random.Number(shop.VisitsOfARegular.Min, shop.VisitsOfARegular.Max), () => random.Number(0, 364)),
            Habit.Lapsed => Draw(random.Number(3, 15), () => random.Number(110, 364)),
            Habit.OneTime => Draw(1, () => random.Number(0, 364)),
            Habit.Seasonal => Draw(random.Number(4, 14), () => random.ArrayElement(season)),
            Habit.New => Draw(random.Number(1, 4), () => random.Number(0, 30)),
            _ => throw new ArgumentOutOfRangeException(nameof(habit)),
        };

        static List<int> Draw(int count, Func<int> day) => [.. Enumerable.Range(0, count).Select(_ => day())];
    }

    private static IEnumerable<(DateTimeOffset At, object Event)> Visit(
        Shop shop, Guid business, DemoPerson person, int visit, DateTimeOffset at, Randomizer random, DateTimeOffset now)
    {
        var sale = string.Create(CultureInfo.InvariantCulture, $"{person.ExternalId}-{visit + 1:D3}");
        var items = Enumerable.Range(0, random.WeightedRandom([1, 2, 3, 4], [0.45f, 0.33f, 0.15f, 0.07f]))
            .Select(_ => (Product: random.ArrayElement(shop.Products), Quantity: random.Bool(0.85f) ? 1 : 2)).ToArray();
        var amount = items.Sum(item => item.Product.Price * item.Quantity);
        yield return (at, Event("completed", sale, amount, at, null));

        var (fate, days) = (random.Float(), random.Number(1, 6));
        if (fate < 0.008f)
            yield return (at, Event("voided", sale + "-void", amount, at, sale));
        else if (fate < 0.03f)
            yield return Back(amount); // all of it
        else if (fate < 0.045f && items.Length > 1)
            yield return Back(items[0].Product.Price);

        (DateTimeOffset, object) Back(decimal money)
        {
            var when = at.AddDays(days) < now ? at.AddDays(days) : at;
            return (when, Event("refunded", sale + "-refund", money, when, sale));
        }

        object Event(string type, string transactionId, decimal money, DateTimeOffset when, string? original) => new
        {
            specversion = "1.0",
            id = transactionId,
            source = "/demo/till",
            type = $"transactions.transaction.{type}",
            time = when,
            data = new Dictionary<string, object?>
            {
                ["transactionId"] = transactionId, ["businessId"] = business, ["customerExternalId"] = person.ExternalId, ["amount"] = money,
                ["currency"] = "USD", ["occurredAt"] = when, ["originalTransactionId"] = original,
                ["items"] = original is not null ? [] : items.Select(item => new
                {
                    product = item.Product.Name, category = item.Product.Category, quantity = item.Quantity, unitPrice = item.Product.Price,
                }).ToArray(),
            }.Where(field => field.Value is not null).ToDictionary(),
        };
    }

    // While the shop is open, and not later than now. Draws the same whatever the time is.
    private static DateTimeOffset At(Randomizer random, int daysAgo, DateTimeOffset now)
    {
        var secondsAgo = random.Number(60, 3600);
        var at = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-daysAgo).AddSeconds(random.Number(7 * 3600, 19 * 3600));
        return at < now ? at : now.AddSeconds(-secondsAgo);
    }
}
