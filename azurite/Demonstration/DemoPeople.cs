using System.Globalization;
using Bogus;

namespace NxLoy.Functions.LocalStack.Demonstration;

/// <summary>How somebody shops.</summary>
internal enum Habit
{
    Regular,
    Lapsed,
    OneTime,
    Seasonal,
    New,
}

/// <param name="Number">From 0, in the order they are made.</param>
/// <param name="ReferredBy">The number of who brought this one.</param>
internal sealed record DemoPerson(
    int Number, string ExternalId, string Email, string? Phone, string FirstName, string LastName, DateOnly? DateOfBirth, string PreferredLanguage,
    Habit Habit, int? ReferredBy, IReadOnlyList<string> Tags, string? Note);

/// <summary>The same 300 people of a shop every time.</summary>
internal static class DemoPeople
{
    public const int Count = 300;

    private const int Referrers = 240;

    private static readonly (string Locale, string Language, float Share)[] Origins =
    [
        ("en_US", "EN", 0.46f), ("es_MX", "es-MX", 0.14f), ("de", "DE", 0.09f), ("fr", "FR", 0.09f), ("pt_BR", "pt-BR", 0.08f),
        ("pl", "PL", 0.05f), ("sv", "SV", 0.05f), ("cz", "CS", 0.04f),
    ];

    private static readonly (Habit Habit, float Share)[] Habits =
        [(Habit.Regular, 0.3f), (Habit.Lapsed, 0.2f), (Habit.OneTime, 0.22f), (Habit.Seasonal, 0.15f), (Habit.New, 0.13f)];

    // Real area codes; with 555-0100 to 555-0199, which are kept free for stories.
    private static readonly string[] AreaCodes = ["201", "206", "212", "312", "415", "503", "617", "718"];

    public static IReadOnlyList<DemoPerson> Of(Shop shop)
    {
        var random = new Randomizer(shop.Seed);
        var fakers = Origins.ToDictionary(origin => origin.Locale, origin => new Faker(origin.Locale) { Random = random });
        return [.. Enumerable.Range(0, Count).Select(number => Person(shop, number, random, fakers))];
    }

    private static DemoPerson Person(Shop shop, int number, Randomizer random, Dictionary<string, Faker> fakers)
    {
        var (locale, language, _) = random.WeightedRandom(Origins, [.. Origins.Select(origin => origin.Share)]);
        var faker = fakers[locale];
        var (first, last) = (faker.Name.FirstName(), faker.Name.LastName());
        var letters = new string([.. faker.Internet.UserName(first, last).ToLowerInvariant().Where(char.IsAsciiLetter)]);
        var id = number.ToString("D3", CultureInfo.InvariantCulture);
        var habit = random.WeightedRandom(Habits, [.. Habits.Select(one => one.Share)]).Habit;
        return new DemoPerson(
            number, $"demo-{id}", $"{letters}.{id}@example.com",
            random.Bool(0.85f) ? $"+1 {AreaCodes[number / 100 + (number % 2 * 4)]} 555 {100 + (number % 100):D4}" : null,
            first, last,
            random.Bool(0.7f) ? new DateOnly(1945, 1, 1).AddDays(random.Number(0, 62 * 365)) : null,
            language, habit,
            number >= Referrers ? random.Number(0, Referrers - 1) : null,
            [.. shop.Tags.Where(_ => random.Bool(0.12f))],
            random.Bool(0.15f) ? random.ArrayElement(shop.Notes) : null);
    }
}
