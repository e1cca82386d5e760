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
    public void Everywhere_AreEmailPhoneInItsFormsTelegramIdAndCode() => Assert.Equal(
        ["+1 201-555-0123", "(201) 555-0123", "+12015550123", "12015550123", "2015550123", "AB12CD34", "Ann.Lee@example.com", "telegram-77"],
        IdentifierRules.Of(Ann).Everywhere.Order(StringComparer.Ordinal).OrderByDescending(one => one == "+1 201-555-0123"));

    [Fact]
    public void OnlyInOwnRows_AreTheFullNameAndWhatIsTooShort() => Assert.Equal(["17", "Ann Lee"], IdentifierRules.Of(Ann).InOwnRows);

    [Theory]
    [InlineData("Ann", null)]
    [InlineData(null, "Lee")]
    [InlineData(null, null)]
    public void OneName_IsNoFullName(string? first, string? last) =>
        Assert.Equal(["17"], IdentifierRules.Of(Ann with { FirstName = first, LastName = last }).InOwnRows);

    [Fact]
    public void WithoutAPhone_ThereIsNone() => Assert.DoesNotContain(IdentifierRules.Of(Ann with { Phone = null }).Everywhere, one => one.Contains("555", StringComparison.Ordinal));

    [Theory]
    [InlineData("write to ann.lee@EXAMPLE.com.", true)]
    [InlineData("joann.lee@example.com", false)] // another address
    [InlineData("ann.lee@example.community", false)]
    [InlineData("call (201) 555-0123 now", true)]
    [InlineData("order 92015550123", false)] // a longer number
    [InlineData("tel:2015550123", true)]
    [InlineData("annXlee@example.com", false)] // a dot is a dot
    [InlineData("code ab12cd34", true)]
    public void Pattern_FindsWholeIdentifiersInAnyCase(string text, bool isHit) =>
        Assert.Equal(isHit, Regex.IsMatch(text, DotNet(IdentifierRules.Pattern(IdentifierRules.Of(Ann).Everywhere)!), RegexOptions.IgnoreCase));

    [Fact]
    public void Pattern_OfNothing_IsNone() => Assert.Null(IdentifierRules.Pattern([]));

    [Fact]
    public void Likes_TakeWildcardsLiterally() => Assert.Equal([@"%50\%\_off\\%"], IdentifierRules.Likes([@"50%_off\"]));

    [Fact]
    public void InJson_AreEscapedAsJsonDoes() => Assert.Equal(["a\\\"b\\\\c"], IdentifierRules.InJson(["a\"b\\c"]));

    // The one thing in which the two dialects differ here.
    private static string DotNet(string pattern) => pattern.Replace("[[:alnum:]]", "[\\p{L}\\p{Nd}]", StringComparison.Ordinal);
}
