using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class KnownTokensTests
{
    private static readonly TokenValidationParameters Rules = new() { ClockSkew = TimeSpan.Zero };
    private readonly KnownTokens<string> known = new();

    [Fact]
    public void Find_WhatWasAdded_AndNothingElse()
    {
        known.Add("one", "Ada", Lasting(60), Rules);

        Assert.Equal("Ada", known.Find("one"));
        Assert.Null(known.Find("One"));
        Assert.Null(known.Find(""));
    }

    [Fact]
    public async Task Find_OnceItsLifetimeIsOver_IsNull()
    {
        known.Add("one", "Ada", Lasting(6), Rules);
        Assert.Equal("Ada", known.Find("one"));

        await Task.Delay(TimeSpan.FromSeconds(6.1));

        Assert.Null(known.Find("one"));
    }

    [Fact]
    public void Add_MoreThanItHolds_StaysBounded()
    {
        for (var n = 0; n < KnownTokens<string>.Most + 10; n++)
        {
            known.Add($"token {n}", "Ada", Lasting(60), Rules);
        }

        Assert.InRange(known.Count, 1, KnownTokens<string>.Most);
        Assert.Equal("Ada", known.Find($"token {KnownTokens<string>.Most + 9}"));
    }

    // Lifetimes are in whole seconds, and the library asks no clock but the machine's.
    private static JsonWebToken Lasting(int seconds)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebToken(new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor { NotBefore = now.AddMinutes(-1), Expires = now.AddSeconds(seconds) }));
    }
}
