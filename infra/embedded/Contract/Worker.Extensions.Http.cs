// Mirrors Microsoft.Azure.Functions.Worker.Extensions.Http 3.3.0.
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>What a caller must show before the host calls the function: nothing, or a key.</summary>
    public enum AuthorizationLevel
    {
        Anonymous,
        User,
        Function,
        System,
        Admin,
    }

    /// <summary>Starts a function by an HTTP request. Without a route its address is its name; without methods it takes all.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class HttpTriggerAttribute : TriggerBindingAttribute
    {
        public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

        public HttpTriggerAttribute(params string[] methods) => Methods = methods;

        public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = LevelInForce = authLevel;

        public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
        {
            AuthLevel = LevelInForce = authLevel;
            Methods = methods;
        }

        public string? Route { get; set; }
        public string[]? Methods { get; }
        public AuthorizationLevel AuthLevel { get; }

        // Only the constructors that take a level pass it on; for the others the host asks for a function key, whatever AuthLevel reads.
        internal AuthorizationLevel LevelInForce { get; } = AuthorizationLevel.Function;
    }
}

namespace Microsoft.Azure.Functions.Worker.Http
{
    /// <summary>Reads the request's JSON body into the parameter. JSON that does not fit is a 500: read the body yourself to answer better.</summary>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class FromBodyAttribute : Attribute;
}
