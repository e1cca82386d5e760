using NxLoy.Functions.Benchmarks;

return args switch
{
    ["empty-function", .. var rest] => await EmptyFunction.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("empty-function [seconds]   throughput of an empty function beside a bare ASP.NET Core minimal API");
    return 2;
}
