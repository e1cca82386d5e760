namespace NxLoy.Functions.Erasure;

/// <summary>Which erasure, and whose: all that its orchestration ever carries.</summary>
public sealed record ErasureKey(Guid BusinessId, Guid Id)
{
    /// <summary>The orchestration's instance id.</summary>
    public string InstanceId => Id.ToString();
}
