using NxLoy.Functions.Customers;

namespace NxLoy.Functions.UnitTests.Customers;

public sealed class SearchTermTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("ab", true)]
    [InlineData("abc", false)]
    [InlineData("a-b-", true)]
    [InlineData("a-b-c", false)]
    [InlineData("12", true)]
    [InlineData("123", false)]
    [InlineData("@@@@", true)]
    [InlineData("+55 12 3923.5555", true)]
    [InlineData("+551", true)]
    [InlineData("+maria", false)]
    [InlineData("5512", false)]
    public void Term_IsABeginningUnderThreeLettersOrDigits_AndFromACountryCodeOn(string text, bool isBeginning) =>
        Assert.Equal(isBeginning, Term(text).IsBeginning);

    [Theory]
    [InlineData("(12) 3923-5555", "+551239235555", "1239235555")]
    [InlineData("012 3923 5555", "+551239235555", "1239235555")]
    [InlineData("+55 12 3923.5555", "+551239235555", "551239235555")]
    [InlineData("0055 12 3923 5555", null, "551239235555")]
    [InlineData("3923", null, null)]
    [InlineData("39-23", null, "3923")]
    [InlineData("03923", null, "3923")]
    [InlineData("00", null, null)]
    [InlineData("12", null, null)]
    [InlineData("C-123", null, null)]
    [InlineData("maria", null, null)]
    public void Phone_IsReadAsOneOfTheBusinesssRegion(string typed, string? phone, string? digits) =>
        Assert.Equal((phone, digits), (Term(typed).Phone, Term(typed).Digits));

    [Theory]
    [InlineData("(12) 3923-5555", null)]
    [InlineData("12 3923-5555", "12 3923-5555")]
    [InlineData("3923", "3923")]
    [InlineData("(maria)", "(maria)")]
    public void PhoneInBrackets_IsLookedForByItsDigitsAlone(string typed, string? within) => Assert.Equal(within, Term(typed).Within);

    [Theory]
    [InlineData("a%b", @"%a\%b%")]
    [InlineData("a_b", @"%a\_b%")]
    [InlineData(@"a\b", @"%a\\b%")]
    [InlineData(null, null)]
    public void Pattern_TakesEveryCharacterForItself(string? term, string? pattern) => Assert.Equal(pattern, SearchTerm.Containing(term));

    [Fact]
    public void WhiteSpace_IsOneSpace() => Assert.Equal("ann b c", Term(" ann \t b\n\nc ").Text);

    private static SearchTerm Term(string typed) => SearchTerm.From(typed, typed, "BR");
}
