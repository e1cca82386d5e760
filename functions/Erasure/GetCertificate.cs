using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>A completed erasure's certificate.</summary>
public sealed class GetCertificate(BusinessDatabase database, TimeProvider time)
{
    public async Task<Result<SignedCertificate>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        var row = await database.FindAsync<ErasureRow>(
            caller.Business,
            $"select {ErasureRow.Columns} from erasure_requests e where e.business_id = @business and e.id = @id",
            new { business = caller.Business, id, now = time.Now() },
            cancellation);
        if (row is null || !row.IsVisibleTo(caller))
        {
            return HttpProblems.NotFound;
        }

        if (row.Status != ErasureStatus.COMPLETED)
        {
            return ErasureProblems.NoCertificateYet(row.Status);
        }

        caller.Trail.Touch(row.CustomerId);
        var signed = (await database.FindAsync<SignedRow>(
            caller.Business,
            "select certificate as jws from erasure_requests where business_id = @business and id = @id",
            new { business = caller.Business, id },
            cancellation))!;
        var token = new JsonWebToken(signed.Jws);
        return new SignedCertificate(
            JsonSerializer.Deserialize<Certificate>(Base64UrlEncoder.Decode(token.EncodedPayload), Json.Options)!, signed.Jws, token.Kid);
    }

    private sealed record SignedRow
    {
        public required string Jws { get; init; }
    }
}
