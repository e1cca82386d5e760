namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Blob storage for tests: the Azurite that ./test starts, a container for each who asks.</summary>
public static class TestBlobs
{
    public static string ConnectionString => Environment.GetEnvironmentVariable("NXLOY_TEST_BLOBS")
        ?? throw new InvalidOperationException("NXLOY_TEST_BLOBS is not set. Run the tests by ./test, which starts an Azurite for them.");

    /// <summary>Settings of an app with storage of its own.</summary>
    public static Dictionary<string, string?> Settings(TestDatabase database)
    {
        var settings = TestApp.Settings(database);
        settings["Storage:ConnectionString"] = ConnectionString;
        settings["Storage:AuditContainer"] = $"audit-{Guid.NewGuid():N}";
        settings["Storage:ExportsContainer"] = $"exports-{Guid.NewGuid():N}";
        return settings;
    }
}
