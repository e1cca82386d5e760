namespace NxLoy.Functions.Http;

/// <summary>The roles that may call a function; without it the function is open to everyone, token or not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllowAttribute(Role roles) : Attribute
{
    public Role Roles => roles;
}
