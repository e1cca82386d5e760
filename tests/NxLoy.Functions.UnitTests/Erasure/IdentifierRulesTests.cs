using System.Text.RegularExpressions;
using NxLoy.Functions.Erasure;

namespace NxLoy.Functions.UnitTests.Erasure;

public sealed class IdentifierRulesTests
{
    private static readonly IdentifierRules.Known Ann = new()
    {
        Email = "Ann.Lee@example.com", Phone = "+12015550123", FirstName = "Ann", LastName = "Lee",
        TelegramChatId = "telegram-77", ExternalId = "17", ReferralCode = "AB12CD34",
    };

    [Fact]
    public void InText_AreEmailPhoneInItsFormsAndCodes() => Assert.Equal(
        ["(201) 555-0123", "+1 201-555-0123", "+12015550123", "12015550123", "2015550123", "AB12CD34", "Ann.Lee@example.com", "telegram-77"],
        IdentifierRules.Of(Ann).InText.Order(StringComparer.Ordinal));

    [Fact]
    public void Anywhere_IsWhatCannotBeMistaken() => Assert.Equal(
        ["(201) 555-0123", "+1 201-555-0123", "+12015550123", "AB12CD34", "Ann.Lee@example.com", "telegram-77"],
        IdentifierRules.Of(Ann).Anywhere.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("100234", true, false)] // a number may be any number
    [InlineData("PLATINUM", true, false)] // and a word any word
    [InlineData("C-10023", true, false)] // short
    [InlineData("C-100234", true, true)]
    [InlineData("17", false, false)]
    public void ExternalId_IsLookedForAsFarAsItIsCertain(string externalId, bool inText, bool anywhere)
    {
        var identifiers = IdentifierRules.Of(Ann with { ExternalId = externalId });

        Assert.Equal((inText, anywhere, !inText), (identifiers.InText.Contains(externalId), identifiers.Anywhere.Contains(externalId), identifiers.AsAWhole.Contains(externalId)));
    }

    [Theory]
    [InlineData("Ann", "Lee", "Ann Lee")]
    [InlineData("Ann", null, null)]
    [InlineData(null, "Lee", null)]
    [InlineData(null, null, null)]
    public void FullName_IsBothNames(string? first, string? last, string? full) =>
        Assert.Equal(full, IdentifierRules.Of(Ann with { FirstName = first, LastName = last }).FullName);

    [Fact]
    public void WithoutAPhone_ThereIsNone() => Assert.DoesNotContain(IdentifierRules.Of(Ann with { Phone = null }).InText, one => one.Contains("555", StringComparison.Ordinal));

    [Theory]
    [InlineData("write to ann.lee@EXAMPLE.com.", true)]
    [InlineData("joann.lee@example.com", false)] // another address
    [InlineData("ann.lee@example.community", false)]
    [InlineData("ann.lee@example.comに連絡", true)]
    [InlineData("call (201) 555-0123 now", true)]
    [InlineData("order 92015550123", false)] // a longer number
    [InlineData("tel:2015550123", true)]
    [InlineData("annXlee@example.com", false)] // a dot is a dot
    [InlineData("code ab12cd34", true)]
    public void Pattern_FindsWholeIdentifiersInAnyCase(string text, bool isHit) =>
        Assert.Equal(isHit, Regex.IsMatch(text, IdentifierRules.Pattern(IdentifierRules.Of(Ann).InText)!, RegexOptions.IgnoreCase));

    [Fact]
    public void Pattern_OfNothing_IsNone() => Assert.Null(IdentifierRules.Pattern([]));

    [Fact]
    public void Likes_TakeWildcardsLiterally() => Assert.Equal([@"%50\%\_off\\%"], IdentifierRules.Likes([@"50%_off\"]));

    [Fact]
    public void InJson_AreEscapedAsJsonDoes() => Assert.Equal(["a\\\"b\\\\c"], IdentifierRules.InJson(["a\"b\\c"]));
}
