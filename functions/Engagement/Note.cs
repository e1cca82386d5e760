namespace NxLoy.Functions.Engagement;

/// <summary>What somebody of the business wrote down about a customer. Customers do not see them.</summary>
public sealed record Note
{
    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    /// <summary>1-5,000 characters.</summary>
    public required string Body { get; init; }

    /// <summary>The subject of the token that wrote it first.</summary>
    public required string Author { get; init; }

    /// <summary>Pinned notes stand before the others.</summary>
    public required bool IsPinned { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The columns behind a <see cref="Note"/>.</summary>
internal sealed record NoteRow
{
    public required Guid Id { get; init; }
    public required Guid CustomerId { get; init; }
    public required string Body { get; init; }
    public required string Author { get; init; }
    public required bool IsPinned { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public Note ToNote() => new()
    {
        Id = Id,
        CustomerId = CustomerId,
        Body = Body,
        Author = Author,
        IsPinned = IsPinned,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
