using System.Security.Cryptography;
using System.Security.Principal;
using System.Text;
using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>A way to log in (SASL): with the key, or anonymously, to show a token at $cbs later.</summary>
internal sealed class Login : SaslProfile
{
    private readonly Func<byte[], bool> isGood;
    private readonly IPrincipal? principal;

    private Login(Symbol mechanism, Func<byte[], bool> isGood, IPrincipal? principal) : base(mechanism) =>
        (this.isGood, this.principal) = (isGood, principal);

    public static Login WithoutKey() => new("ANONYMOUS", _ => true, principal: null);

    public static Login WithKey(string name, string key) =>
        new("PLAIN", response => Says(response, name, key), new GenericPrincipal(new GenericIdentity(name), roles: null));

    protected override DescribedList OnCommand(DescribedList command) => command is SaslInit init
        ? new SaslOutcome { Code = isGood(init.InitialResponse ?? []) ? SaslCode.Ok : SaslCode.Auth }
        : throw new AmqpException(ErrorCode.NotAllowed, command.ToString());

    protected override ITransport UpgradeTransport(ITransport transport) => new PatientTransport((IAsyncTransport)transport, principal);

    // What a server begins with is the list of mechanisms, which is the listener's to say.
    protected override DescribedList GetStartCommand(string hostname) => throw new NotSupportedException();

    // RFC 4616: an identity to act as, the name and the password, each ended by a zero byte.
    private static bool Says(byte[] response, string name, string key) =>
        Encoding.UTF8.GetString(response).Split('\0') is [_, var given, var password]
        && given.Equals(name, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(key));
}
