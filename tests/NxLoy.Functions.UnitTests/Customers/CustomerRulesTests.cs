using NxLoy.Functions.Customers;

namespace NxLoy.Functions.UnitTests.Customers;

public sealed class CustomerRulesTests
{
    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("Ann.Lee+news@mail.example.co.uk")]
    [InlineData("a_b%c-d@x-y.io")]
    [InlineData("1@2.museum")]
    [InlineData("o'brien@example.com")]
    [InlineData("stanisław.wójcik@wp.pl")]
    [InlineData("ιωάννης@παράδειγμα.ελ")]
    public void IsEmail_Address_IsOne(string email) => Assert.True(CustomerRules.IsEmail(email));

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("ann@")]
    [InlineData("@example.com")]
    [InlineData("ann@example")]
    [InlineData("ann@example.c")]
    [InlineData("ann@example.123")]
    [InlineData("ann lee@example.com")]
    [InlineData("ann@exam ple.com")]
    [InlineData("ann@@example.com")]
    [InlineData("ann@example.com,bob@example.com")]
    [InlineData("ann@example.com\n")]
    [InlineData("Ann <ann@example.com>")]
    public void IsEmail_SomethingElse_IsNone(string email) => Assert.False(CustomerRules.IsEmail(email));

    [Theory]
    [InlineData("+55 (12) 3923-5555", "US", "+551239235555")]
    [InlineData("(12) 3923-5555", "BR", "+551239235555")]
    [InlineData("201 555 0123", "US", "+12015550123")]
    [InlineData("1-201-555-0123", "US", "+12015550123")]
    [InlineData("011 44 20 7946 0018", "US", "+442079460018")]
    [InlineData("020 7946 0018", "GB", "+442079460018")]
    [InlineData("030 901820", "DE", "+4930901820")]
    [InlineData("0049 30 901820", "FR", "+4930901820")]
    [InlineData("06 12 34 56 78", "FR", "+33612345678")]
    [InlineData("02 1234 5678", "IT", "+390212345678")]
    [InlineData("912 345 678", "PT", "+351912345678")]
    [InlineData("8 (912) 345-67-89", "RU", "+79123456789")]
    [InlineData("090-1234-5678", "JP", "+819012345678")]
    [InlineData("098765 43210", "IN", "+919876543210")]
    [InlineData("138 0013 8000", "CN", "+8613800138000")]
    [InlineData("0412 345 678", "AU", "+61412345678")]
    [InlineData("+972 50-123-4567", "US", "+972501234567")]
    [InlineData("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567")]
    [InlineData("+1 (800) FLOWERS", "US", "+18003569377")]
    public void E164_NumberOfManyCountries_IsUnderstood(string phone, string region, string expected) =>
        Assert.Equal(expected, CustomerRules.E164(phone, region));

    [Theory]
    [InlineData("12", "US")]
    [InlineData("555 01", "US")]
    [InlineData("+1 201 555 01234567890", "US")]
    [InlineData("+999 1234567", "US")]
    [InlineData("hello", "US")]
    [InlineData("", "US")]
    [InlineData("+", "US")]
    [InlineData("201 555 0123", "ZZ")]
    public void E164_ImpossibleNumber_IsNull(string phone, string region) => Assert.Null(CustomerRules.E164(phone, region));

    [Theory]
    [InlineData("201 555 0123", "US")]
    [InlineData("020 7946 0018", "GB")]
    [InlineData("02 1234 5678", "IT")]
    public void E164_OfItsOwnAnswer_IsTheSameInEveryRegion(string phone, string region)
    {
        var number = CustomerRules.E164(phone, region)!;

        Assert.All((string[])["US", "GB", "IT", "JP"], other => Assert.Equal(number, CustomerRules.E164(number, other)));
    }

    [Theory]
    [InlineData("EN", true)]
    [InlineData("pt-BR", true)]
    [InlineData("zh-Hant", true)]
    [InlineData("es-419", true)]
    [InlineData("fil", true)]
    [InlineData("E", false)]
    [InlineData("english", false)]
    [InlineData("en_US", false)]
    [InlineData("en-", false)]
    [InlineData("12", false)]
    [InlineData("EN\n", false)]
    [InlineData("", false)]
    public void IsLanguage_KnowsTags(string language, bool expected) => Assert.Equal(expected, CustomerRules.IsLanguage(language));
}
