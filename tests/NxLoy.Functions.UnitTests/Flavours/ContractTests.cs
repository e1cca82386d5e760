using System.Reflection;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.UnitTests.Flavours;

/// <summary>What infra/embedded mirrors has the very shape of the official packages.</summary>
public sealed class ContractTests
{
    [FactBesideTheOfficialApi]
    public async Task EveryMirroredMember_StandsInTheOfficialApi()
    {
        var (exitCode, output) = await Checkout.DotnetAsync(
            "run", FactBesideTheOfficialApiAttribute.Tool, "--", "--check", FactBesideTheOfficialApiAttribute.Api, typeof(FunctionsTestHost).Assembly.Location);

        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void TheOnlyPublicTypesOfOurOwn_AreTheTestHost() =>
        Assert.Equal(
            [nameof(FunctionsTestHost)],
            Assembly.GetAssembly(typeof(FunctionsTestHost))!.GetExportedTypes()
                .Where(type => type.Namespace!.StartsWith("NxLoy", StringComparison.Ordinal))
                .Select(type => type.Name));
}

/// <summary>The list of the official API lies beside the checkout, where there is one, and not in it: it is not ours.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactBesideTheOfficialApiAttribute : FactAttribute
{
    public FactBesideTheOfficialApiAttribute()
    {
        if (!File.Exists(Api))
        {
            Skip = "There is no ../shared/design/official-api.txt beside this checkout to compare with.";
        }
    }

    internal static string Api => Path.Combine(Checkout.Root, "..", "shared", "design", "official-api.txt");

    internal static string Tool => Path.Combine(Checkout.Root, "..", "shared", "tools", "api-lines.cs");
}
