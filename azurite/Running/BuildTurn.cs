using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>One build at a time in a working copy: two would write the same files.</summary>
internal static class BuildTurn
{
    public static Task<FileStream> TakeAsync(Checkout checkout, Narrator narrator, CancellationToken cancellationToken) =>
        ExclusiveLock.TakeAsync(
            Path.Combine(checkout.Packages, ".data", "build.lock"),
            () => narrator.Say("Another process builds in this working copy: waiting for it."),
            cancellationToken);

    public static PidFile PidFile(Checkout checkout) => new(Path.Combine(checkout.Packages, ".data", "build.pid"));
}
