using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

internal static class Readiness
{
    /// <summary>
    /// What <c>GET /api/health/ready</c> answers once it is that. It gives each dependency three seconds, which a slow machine
    /// may need for something else the first time.
    /// </summary>
    public static async Task<Answer> ReadyAsync(this ApiClient client, int status, string? text = null)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = await client.GetAsync("/api/health/ready");
            return answer.Code == status && answer.Text.Contains(text ?? "", StringComparison.Ordinal);
        });
        return answer!;
    }
}
