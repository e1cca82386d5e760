using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Preferences;

internal static class PreferencesSetup
{
    public static IServiceCollection AddPreferences(this IServiceCollection services) => services.AddSingleton<ErasedPeople>();
}
