namespace NxLoy.Functions.LocalStack.Exports;

/// <summary>What is wrong with a package, in a sentence.</summary>
internal sealed class PackageFault(string message) : Exception(message);
