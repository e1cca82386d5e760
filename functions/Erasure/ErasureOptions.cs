using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace NxLoy.Functions.Erasure;

/// <summary>What the settings say of erasures.</summary>
/// <param name="CoolingOffDays">Local days from asking to erasing, 0-30.</param>
/// <param name="BackupDays">Days that the database's backups are kept, 0-3,650: so long an erased person may stand in one.</param>
/// <param name="LedgerContainer">Where in blob storage the ledger is kept.</param>
/// <param name="CertificateKey">EC P-256, PKCS #8, PEM or its base64 body; null where none is set.</param>
public sealed record ErasureOptions(int CoolingOffDays, int BackupDays, string LedgerContainer, string? CertificateKey)
{
    private const int UsualCoolingOff = 25;

    // As long as Azure Database for PostgreSQL keeps its backups at most.
    private const int UsualBackups = 35;

    public static ErasureOptions From(IConfiguration configuration) => new(
        Days("Erasure:CoolingOffDays", configuration["Erasure:CoolingOffDays"], UsualCoolingOff, most: 30),
        Days("Erasure:BackupDays", configuration["Erasure:BackupDays"], UsualBackups, most: 3650),
        configuration["Storage:ErasureContainer"] is { Length: > 0 } name ? name : "erasures",
        configuration["Keys:Certificates"] is { Length: > 0 } key ? key : null);

    private static int Days(string name, string? text, int usual, int most) =>
        string.IsNullOrEmpty(text) ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= most ? days
        : throw new InvalidOperationException($"The setting {name} is \"{text}\", but must be a whole number from 0 to {most}. See docs/settings.md.");
}
