using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

internal static class CustomersSetup
{
    public static IServiceCollection AddCustomers(this IServiceCollection services) => services
        .AddEvents(CustomerEvents.All)
        .AddSingleton<CreateCustomer>()
        .AddSingleton<GetCustomer>()
        .AddSingleton<UpdateCustomer>()
        .AddSingleton<RestoreCustomer>()
        .AddSingleton<SetActive>()
        .AddSingleton<TiePerson>()
        .AddSingleton<UntiePerson>()
        .AddSingleton<GetPerson>()
        .AddSingleton<FindInOrder>()
        .AddSingleton<FindByText>()
        .AddSingleton<ListCustomers>()
        .AddSingleton<StartMetricsRebuilds>()
        .AddSingleton<RebuildMetrics>()
        .AddSingleton<GetMetricsRebuild>();
}
