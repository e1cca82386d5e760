namespace NxLoy.Functions.LocalStack.Running;

/// <summary>What the app is compiled against: our embedded runtime or the official packages.</summary>
internal enum Flavour
{
    Embedded,
    Azure,
}
