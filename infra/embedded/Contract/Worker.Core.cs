// Mirrors Microsoft.Azure.Functions.Worker.Core, as Worker 2.52.0 brings it.
using System.Diagnostics.CodeAnalysis;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Makes a method a function. Names are unique in an app, letter case aside.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public class FunctionAttribute(string name) : Attribute
    {
        public string Name { get; } = name;
    }

    /// <summary>One invocation of a function: who is called, with what, and what it may use.</summary>
    public abstract class FunctionContext
    {
        public abstract string InvocationId { get; }
        public abstract string FunctionId { get; }
        public abstract TraceContext TraceContext { get; }
        public abstract BindingContext BindingContext { get; }

        /// <summary>The services of this invocation's scope.</summary>
        public abstract IServiceProvider InstanceServices { get; set; }

        public abstract FunctionDefinition FunctionDefinition { get; }
        public abstract IDictionary<object, object> Items { get; set; }
        public abstract IInvocationFeatures Features { get; }

        /// <summary>Fires when the client goes away, the function runs longer than host.json allows, or the host stops.</summary>
        public virtual CancellationToken CancellationToken { get; }
    }

    public abstract class FunctionDefinition
    {
        public abstract string Id { get; }
        public abstract string Name { get; }
        public abstract string EntryPoint { get; }
        public abstract string PathToAssembly { get; }
        public abstract System.Collections.Immutable.IImmutableDictionary<string, BindingMetadata> InputBindings { get; }
    }

    public abstract class BindingMetadata
    {
        public abstract string Name { get; }

        /// <summary>Such as <c>httpTrigger</c> or <c>timerTrigger</c>.</summary>
        public abstract string Type { get; }

        public abstract BindingDirection Direction { get; }
    }

    public enum BindingDirection
    {
        In,
        Out,
    }

    public abstract class BindingContext
    {
        /// <summary>Route and query values by name, <c>Query</c> and <c>Headers</c> as JSON.</summary>
        public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
    }

    public abstract class TraceContext
    {
        public abstract string TraceParent { get; }
        public abstract string TraceState { get; }
    }

    public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
    {
        void Set<T>(T instance);

        T? Get<T>();
    }

    /// <summary>What the function returned, or what a middleware puts in its place.</summary>
    public abstract class InvocationResult : InvocationResult<object>;

    /// <inheritdoc cref="InvocationResult"/>
    public abstract class InvocationResult<T>
    {
        public abstract T? Value { get; set; }
    }

    public static class FunctionContextBindingFeatureExtensions
    {
        public static InvocationResult GetInvocationResult(this FunctionContext context) =>
            new NxLoy.Functions.Embedded.Hosting.ContextResult(context);

        public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context) =>
            new NxLoy.Functions.Embedded.Hosting.ContextResult<T>(context);
    }

    public static class FunctionContextLoggerExtensions
    {
        public static ILogger<T> GetLogger<T>(this FunctionContext context) =>
            context.InstanceServices.GetRequiredService<ILogger<T>>();

        public static ILogger GetLogger(this FunctionContext context, string categoryName) =>
            context.InstanceServices.GetRequiredService<ILoggerFactory>().CreateLogger(categoryName);
    }

    public interface IFunctionsWorkerApplicationBuilder
    {
        IServiceCollection Services { get; }

        IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware);
    }
}

namespace Microsoft.Azure.Functions.Worker.Middleware
{
    public delegate Task FunctionExecutionDelegate(FunctionContext context);

    /// <summary>Runs around every function, in the order of registration. One instance serves the whole app.</summary>
    public interface IFunctionsWorkerMiddleware
    {
        Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
    }
}

namespace Microsoft.Extensions.Hosting
{
    public static class MiddlewareWorkerApplicationBuilderExtensions
    {
        public static IFunctionsWorkerApplicationBuilder UseMiddleware<
            [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IFunctionsWorkerApplicationBuilder builder)
            where T : class, IFunctionsWorkerMiddleware =>
            builder.UseWhen<T>(_ => true);

        public static IFunctionsWorkerApplicationBuilder UseMiddleware(
            this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware) =>
            builder.UseWhen(_ => true, middleware);

        public static IFunctionsWorkerApplicationBuilder UseWhen<
            [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
            this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate)
            where T : class, IFunctionsWorkerMiddleware
        {
            builder.Services.AddSingleton<T>();
            return builder.Use(next => context => predicate(context)
                ? context.InstanceServices.GetRequiredService<T>().Invoke(context, next)
                : next(context));
        }

        public static IFunctionsWorkerApplicationBuilder UseWhen(
            this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate, Func<FunctionContext, Func<Task>, Task> middleware) =>
            builder.Use(next => context => predicate(context) ? middleware(context, () => next(context)) : next(context));
    }
}
