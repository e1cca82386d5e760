using NxLoy.Functions.Engagement;

namespace NxLoy.Functions.UnitTests.Engagement;

public sealed class TagRulesTests
{
    [Theory]
    [InlineData("vip", "vip")]
    [InlineData("  two words ", "two words")]
    [InlineData("50% off, 5%", "50% off, 5%")]
    [InlineData("12345678901234567890123456789012345678901234567890", "12345678901234567890123456789012345678901234567890")]
    public void Text_IsTrimmed(string text, string tag) => Assert.Equal(tag, TagRules.Read(text).Value);

    [Theory]
    [InlineData("", "required")]
    [InlineData(" ", "required")]
    [InlineData("a\nb", "invalid_characters")]
    [InlineData("a\u007fb", "invalid_characters")]
    [InlineData("a\0", "invalid_characters")]
    [InlineData("a/b", "invalid_characters")]
    [InlineData("a%2Fb", "invalid_characters")]
    [InlineData("%ff", "invalid_characters")]
    [InlineData("123456789012345678901234567890123456789012345678901", "too_long")]
    public void WhatIsNoTag_HasOneFault(string text, string code)
    {
        Assert.True(TagRules.Read(text).Failed(out var problem));
        Assert.Equal([code], problem.Errors.Select(fault => fault.Code));
    }
}
