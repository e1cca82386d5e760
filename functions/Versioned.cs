namespace NxLoy.Functions;

/// <summary>A resource and the version of what a client may write of it, which its ETag shows.</summary>
public readonly record struct Versioned<T>(T Value, long Version);
