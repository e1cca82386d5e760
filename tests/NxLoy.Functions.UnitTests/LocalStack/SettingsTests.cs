using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class SettingsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void Database_NamedByNothing_IsOurs() => Assert.Null(Settings().Database());

    [Fact]
    public void Database_NamedInFull_IsTheDevelopers()
    {
        var settings = Settings(
            """
            { // a comment
              "Values": { "Database__Owner": "o", "Database:App": "a", "Database__Worker": "w", },
            }
            """);

        Assert.Equal(new DatabaseConnections("o", "a", "w", "o"), settings.Database());
    }

    [Fact]
    public void Database_NamedInPart_IsRefusedByName()
    {
        var settings = Settings("""{"Values": {"Database__Owner": "o", "Database__Worker": "w"}}""");

        Assert.Contains("Database:App is missing", Assert.Throws<LauncherException>(settings.Database).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UseDevelopmentStorage=true", null)]
    [InlineData("", null)]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=mine", "DefaultEndpointsProtocol=https;AccountName=mine")]
    public void Storage_IsTheDevelopers_UnlessItMeansAnEmulator(string value, string? storage) =>
        Assert.Equal(storage, Settings($$$"""{"Values": {"AzureWebJobsStorage": "{{{value}}}"}}""").Storage());

    [Fact]
    public void Port_ThatIsNone_IsRefused() => Assert.Throws<LauncherException>(
        () => Settings("""{"Values": {"LocalStack__Port": "http"}}""").FindPort("LocalStack:Port"));

    [Fact]
    public void File_ThatIsNoJson_IsNamed() =>
        Assert.Contains("local.settings.json", Assert.Throws<LauncherException>(() => Settings("{")).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(root, recursive: true);

    private Settings Settings(string? file = null)
    {
        if (file is not null)
            File.WriteAllText(Path.Combine(root, "local.settings.json"), file);
        return NxLoy.Functions.LocalStack.Settings.Of(new Checkout(root));
    }
}
