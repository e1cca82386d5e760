namespace NxLoy.Functions.LocalStack.Running;

internal sealed record StartOptions
{
    public Flavour Flavour { get; init; }

    public bool Reset { get; init; }

    public bool Demo { get; init; }

    public bool Detach { get; init; }

    public int? AppPort { get; init; }

    public int? PostgresPort { get; init; }

    public int? BlobPort { get; init; }

    public int? BrokerPort { get; init; }
}
