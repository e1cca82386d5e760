using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.UnitTests.Messaging;

public sealed class BusAddressTests
{
    [Theory]
    [InlineData("Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=app;SharedAccessKey=a+b/c==", "ns.servicebus.windows.net:5671", true)]
    [InlineData("Endpoint=sb://127.0.0.1;SharedAccessKeyName=app;SharedAccessKey=a+b/c==;UseDevelopmentEmulator=true", "127.0.0.1:5672", false)]
    [InlineData("endpoint=sb://127.0.0.1:7000/; sharedaccesskeyname=app; sharedaccesskey=a+b/c==; usedevelopmentemulator=True;", "127.0.0.1:7000", false)]
    public void ConnectionString_IsRead(string connection, string place, bool usesTls)
    {
        var address = BusAddress.Parse(connection);

        Assert.Equal((place, usesTls, "app", "a+b/c=="), (address.ToString(), address.UsesTls, address.KeyName, address.Key));
    }

    [Theory]
    [InlineData("whatever")]
    [InlineData("Endpoint=nowhere;SharedAccessKeyName=app;SharedAccessKey=topsecret")]
    [InlineData("Endpoint=sb://host;SharedAccessKey=topsecret")]
    [InlineData("Endpoint=sb://host;SharedAccessKeyName=app")]
    public void AnythingElse_IsRefused_AndNotRepeated(string connection)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => BusAddress.Parse(connection));

        Assert.DoesNotContain("topsecret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_IsReachedByIdentity()
    {
        var address = BusAddress.From(Settings(("ServiceBus:fullyQualifiedNamespace", "ns.servicebus.windows.net")))!;

        Assert.Equal(("ns.servicebus.windows.net:5671", true, null), (address.ToString(), address.UsesTls, address.Key));
        Assert.NotNull(address.Credential);
    }

    [Fact]
    public void WithoutASetting_ThereIsNone() => Assert.Null(BusAddress.From(Settings()));

    private static IConfiguration Settings(params (string Name, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build();
}
