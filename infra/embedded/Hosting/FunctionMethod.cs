using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>Compiles a method into one delegate, whatever it takes and however it returns.</summary>
internal static class FunctionMethod
{
    /// <summary>A new object of the function's class per invocation, from the invocation's scope; nothing for a static method.</summary>
    public static Func<IServiceProvider, object?> Target(MethodInfo method)
    {
        if (method.IsStatic)
            return _ => null;
        var create = ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);
        return services => create(services, null);
    }

    public static Func<object?, object?[], ValueTask<object?>> Compile(MethodInfo method)
    {
        var target = Expression.Parameter(typeof(object), "target");
        var values = Expression.Parameter(typeof(object?[]), "values");
        var call = Expression.Call(
            method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!),
            method,
            method.GetParameters().Select((p, i) => Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), p.ParameterType)));
        return Expression.Lambda<Func<object?, object?[], ValueTask<object?>>>(Awaited(call), target, values).Compile();
    }

    private static Expression Awaited(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        if (type == typeof(Task) || type == typeof(ValueTask))
            return Expression.Call(typeof(FunctionMethod), nameof(Nothing), null, AsValueTask(call));
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return Expression.Call(typeof(FunctionMethod), nameof(Value), type.GetGenericArguments(), AsValueTask(call));
        return Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Convert(call, typeof(object)));
    }

    private static Expression AsValueTask(Expression call) => call.Type.IsValueType ? call
        : call.Type == typeof(Task) ? Expression.New(typeof(ValueTask).GetConstructor([typeof(Task)])!, call)
        : Expression.New(typeof(ValueTask<>).MakeGenericType(call.Type.GetGenericArguments()).GetConstructor([call.Type])!, call);

    private static async ValueTask<object?> Nothing(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> Value<T>(ValueTask<T> task) => await task;
}
