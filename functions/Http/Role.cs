namespace NxLoy.Functions.Http;

/// <summary>What a caller may be at a business; the token's claim <c>roles</c> holds the names in lower case.</summary>
[Flags]
public enum Role
{
    None = 0,

    /// <summary>Reads and writes profiles, notes and tags, and deletes none.</summary>
    Staff = 1,

    /// <summary>What staff may, and segments, tiers, imports, settings, exports and deletions.</summary>
    Owner = 2,

    /// <summary>Exports, erasures, holds, audit, people; sees deleted customers.</summary>
    Compliance = 4,

    /// <summary>Another system: ingests events.</summary>
    Service = 8,

    /// <summary>One customer: its own profile, preferences and requests.</summary>
    Customer = 16,
}
