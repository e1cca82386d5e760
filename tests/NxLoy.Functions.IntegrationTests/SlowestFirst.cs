using System.Reflection;
using Xunit.Abstractions;

// Tests wait for child processes, timers and storage most of their time, so more run at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("NxLoy.Functions.IntegrationTests.SlowestFirst", "NxLoy.Functions.IntegrationTests")]

namespace NxLoy.Functions.IntegrationTests;

/// <summary>Begins with the classes that have slow tests: begun last, one of them would run for minutes by itself.</summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(IsSlow);

    // A class without a collection of its own is in one that is named after it; several share another.
    private static bool IsSlow(ITestCollection collection) =>
        typeof(SlowestFirst).Assembly.GetType(collection.DisplayName.Split(' ')[^1]) is not { } tests
        || HasTrait(tests) || Array.Exists(tests.GetMethods(), HasTrait);

    private static bool HasTrait(MemberInfo member) =>
        member.GetCustomAttributesData().Any(data => data.AttributeType == typeof(TraitAttribute) && data.ConstructorArguments.Any(one => (string?)one.Value == "Slow"));
}
