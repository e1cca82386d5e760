using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Activity;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Running;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class AppEnvironmentTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void AzureFlavour_WithoutAServiceBus_WaitsForNoMessages()
    {
        var waiting =
            from method in typeof(ActivityTriggers).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            where method.GetParameters().Any(parameter => parameter.IsDefined(typeof(ServiceBusTriggerAttribute)))
            select $"AzureWebJobs.{method.GetCustomAttribute<FunctionAttribute>()!.Name}.Disabled";

        Assert.Equal(waiting.Order(), Disabled(Flavour.Azure, "{}").Order());
    }

    [Theory]
    [InlineData(nameof(Flavour.Azure), """{"Values": {"ServiceBus": "Endpoint=sb://ns"}}""")]
    [InlineData(nameof(Flavour.Azure), """{"Values": {"ServiceBus__fullyQualifiedNamespace": "ns.servicebus.windows.net"}}""")]
    [InlineData(nameof(Flavour.Embedded), "{}")] // brings a broker
    public void Messages_AreWaitedFor_WhereTheyCanCome(string flavour, string settings) => Assert.Empty(Disabled(Enum.Parse<Flavour>(flavour), settings));

    public void Dispose() => Directory.Delete(root, recursive: true);

    private IEnumerable<string> Disabled(Flavour flavour, string settings)
    {
        File.WriteAllText(Path.Combine(root, "local.settings.json"), settings);
        var checkout = new Checkout(root);
        Directory.CreateDirectory(checkout.Data);
        var environment = AppEnvironment.For(
            flavour, Settings.Of(checkout), Secrets.Of(checkout, new Narrator(TextWriter.Null)), new DatabaseConnections("o", "a", "w", "r"), "UseDevelopmentStorage=true", brokerPort: null);
        return environment.Keys.Where(name => name.EndsWith(".Disabled", StringComparison.Ordinal));
    }
}
