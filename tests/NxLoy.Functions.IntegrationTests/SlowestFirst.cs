using System.Reflection;
using Xunit.Abstractions;

// Tests wait for child processes, timers and storage most of their time, so more run at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("NxLoy.Functions.IntegrationTests.SlowestFirst", "NxLoy.Functions.IntegrationTests")]

namespace NxLoy.Functions.IntegrationTests;

/// <summary>
/// Begins with the classes that take longest, and those that have slow tests: begun last, one of them would run for minutes
/// by itself.
/// </summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    // By the minutes that the results of a whole run tell; of the last two each test is quick, and there are many.
    private static readonly Type[] Longest = [typeof(Erasure.ErasureCrashTests), typeof(Exports.CrashTests), typeof(Walls.IsolationTests), typeof(BadInput.BadInputTests)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(Rank);

    // A class without a collection of its own is in one that is named after it; several share another.
    private static int Rank(ITestCollection collection)
    {
        var tests = typeof(SlowestFirst).Assembly.GetType(collection.DisplayName.Split(' ')[^1]);
        var rank = tests is null ? -1 : Array.IndexOf(Longest, tests);
        var isSlow = tests is null || HasTrait(tests) || Array.Exists(tests.GetMethods(), HasTrait);
        return rank >= 0 ? rank : isSlow ? Longest.Length : Longest.Length + 1;
    }

    private static bool HasTrait(MemberInfo member) =>
        member.GetCustomAttributesData().Any(data => data.AttributeType == typeof(TraitAttribute) && data.ConstructorArguments.Any(one => (string?)one.Value == "Slow"));
}
