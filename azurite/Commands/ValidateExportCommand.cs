using System.Globalization;
using NxLoy.Functions.LocalStack.Exports;

namespace NxLoy.Functions.LocalStack.Commands;

/// <summary><c>./run validate-export FILE</c>: whether a downloaded package is whole. Needs nothing that runs.</summary>
internal static class ValidateExportCommand
{
    /// <returns>0 when it is whole, 1 when it is not.</returns>
    public static async Task<int> ExecuteAsync(CommandLine line, CancellationToken cancellationToken)
    {
        var file = line.Word() ?? throw line.Fault("the package's file is missing");
        line.Done();
        if (!File.Exists(file))
            throw new LauncherException($"There is no file {file}.");

        try
        {
            var manifest = await PackageCheck.ReadAsync(file, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The package is whole. {manifest.ExportType}, export {manifest.ExportId}, put together {manifest.PackedAt:yyyy-MM-dd HH:mm:ss} UTC: {manifest.Sections.Count} sections, {manifest.Sections.Sum(section => section.Rows):n0} rows, {manifest.Files.Count} files of {manifest.Files.Sum(listed => listed.Bytes):n0} bytes."));
            return 0;
        }
        catch (PackageFault fault)
        {
            Console.WriteLine($"THE PACKAGE IS NOT WHOLE. {fault.Message}");
            return 1;
        }
    }
}
