using System.Reflection;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>The problems that a function may answer: those that follow from its attributes, and the slice's own by code.</summary>
internal static class ExpectedProblems
{
    private const BindingFlags Members = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<string, int> StatusByCode = Declared()
        .GroupBy(problem => problem.Code)
        .ToDictionary(same => same.Key, same => same.First().Status);

    /// <summary>Codes by status, both in order.</summary>
    public static IEnumerable<(int Status, IReadOnlyList<string> Codes)> Of(Endpoint endpoint, OperationAttribute operation, string method) =>
        Implied(endpoint, operation, method).Select(problem => (problem.Status, problem.Code))
            .Concat(operation.Problems.Select(code => (StatusOf(endpoint, code), code)))
            .Distinct()
            .GroupBy(problem => problem.Item1, problem => problem.Item2)
            .OrderBy(status => status.Key)
            .Select(status => (status.Key, (IReadOnlyList<string>)[.. status.Order(StringComparer.Ordinal)]));

    private static int StatusOf(Endpoint endpoint, string code) => StatusByCode.TryGetValue(code, out var status) ? status
        : throw new InvalidOperationException($"{endpoint.Name} names the problem {code}, which no *Problems class declares.");

    private static IEnumerable<Problem> Implied(Endpoint endpoint, OperationAttribute operation, string method) =>
    [
        HttpProblems.Internal,
        Problem.Invalid(), // at least for a query parameter that does not exist
        .. operation.IsNeverLimited ? (Problem[])[] : [HttpProblems.TooManyRequests],
        .. endpoint.Roles == Role.None ? (Problem[])[] :
        [
            CallerProblems.NoToken, CallerProblems.BadToken, CallerProblems.WrongRole,
            CallerProblems.BusinessNotChosen, HttpProblems.NotFound, CallerProblems.AuthorityUnavailable,
            HttpProblems.Unavailable,
        ],
        .. !operation.TakesBody ? (Problem[])[] : [HttpProblems.MalformedJson, HttpProblems.BodyTooLarge, HttpProblems.WrongContentType, HttpProblems.PackedBody],
        .. !operation.TakesBody || operation.IsBodyOptional ? (Problem[])[] : [HttpProblems.BodyMissing],
        .. (operation.Query ?? operation.Body) is { } asks && Questions.Of(asks).Any(asked => asked.Field.Name == "cursor") ? [HttpProblems.InvalidCursor("cursor")] : (Problem[])[],
        .. operation.IfMatch ? [HttpProblems.IfMatchMissing, HttpProblems.Stale] : (Problem[])[],
        .. TakesIdempotencyKey(operation, method) ? [IdempotencyKeys.Reused] : (Problem[])[],
    ];

    /// <summary>A POST that makes something, or says so itself, may be sent again under its key.</summary>
    public static bool TakesIdempotencyKey(OperationAttribute operation, string method) =>
        method == "POST" && (operation.TakesKey || operation is { Body: not null, StatusOfSuccess: 201 or 202 });

    // Properties hold a problem, methods make one with particulars: the code and status are the same whatever these are.
    private static IEnumerable<Problem> Declared() => Assembly.GetExecutingAssembly().GetTypes()
        .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Problems", StringComparison.Ordinal))
        .SelectMany(type => type.GetMethods(Members).Where(method => method.ReturnType == typeof(Problem)))
        .Select(method => (Problem)method.Invoke(null, [.. method.GetParameters().Select(parameter => Anything(parameter.ParameterType))])!);

    private static object? Anything(Type type) => type == typeof(string) ? "" : type.IsValueType ? Activator.CreateInstance(type) : null;
}
