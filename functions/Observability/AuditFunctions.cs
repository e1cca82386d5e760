using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Observability;

/// <summary>The audit log over HTTP.</summary>
public sealed class AuditFunctions(VerifyAudit verify)
{
    [Function("VerifyAudit"), Allow(Role.Compliance)]
    [Operation("Follows every chain of the audit log and names the first broken link.", Answer = typeof(AuditVerification), Problems = ["storage_unavailable"])]
    public async Task<IResult> VerifyAudit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/audit/verification")] HttpRequest request, CancellationToken cancellation) =>
        Answers.Ok(await verify.ExecuteAsync(cancellation));
}
