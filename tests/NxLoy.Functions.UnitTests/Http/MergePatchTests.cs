using System.Text.Json;
using FsCheck.Xunit;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

/// <summary>JSON merge patch as RFC 7396 has it.</summary>
public sealed class MergePatchTests
{
    private static readonly CustomerFields Current = new()
    {
        Email = "ann@example.com",
        Phone = "+12015550123",
        FirstName = "Ann",
        DateOfBirth = new DateOnly(1980, 2, 29),
        PreferredLanguage = "EN",
    };

    [Fact]
    public void Patch_Empty_ChangesNothing() => Assert.Equal(Current, Patch("{}").Value);

    [Fact]
    public void Patch_Value_Replaces_NullRemoves_TheRestStays() => Assert.Equal(
        Current with { FirstName = "Anna", Phone = null, LastName = "Lee" },
        Patch("""{"firstName":"Anna","phone":null,"lastName":"Lee"}""").Value);

    [Fact]
    public void Patch_NullWhereNothingWas_ChangesNothing() => Assert.Equal(Current, Patch("""{"lastName":null}""").Value);

    [Theory]
    [InlineData("""{"email":null}""", "/email required")]
    [InlineData("""{"email":""}""", "/email required")]
    [InlineData("""{"firstName":1}""", "/firstName wrong_type")]
    [InlineData("""{"firstName":"\ud800"}""", "/firstName invalid_characters")]
    [InlineData("""{"id":"01890a5d-ac96-774b-bcce-b302099a8057"}""", "/id unknown_field")]
    [InlineData("""{"totalSpent":null}""", "/totalSpent unknown_field")]
    [InlineData("""{"Email":"other@example.com"}""", "/Email unknown_field")]
    public void Patch_Fault_PointsIntoThePatch(string patch, string fault)
    {
        Assert.True(Patch(patch).Failed(out var problem));
        Assert.Equal([fault], problem.Errors.Select(error => $"{error.Pointer} {error.Code}"));
    }

    [Property]
    public bool Patch_Twice_IsAsOnce(bool first, bool last, bool phone, bool none)
    {
        var patch = JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            [first ? "firstName" : "telegramChatId"] = none ? null : "A",
            [last ? "lastName" : "externalId"] = "B",
            [phone ? "phone" : "preferredLanguage"] = phone ? null : "PT",
        });
        var once = Patch(patch).Value;

        return MergePatch.Apply(once, JsonElement.Parse(patch), CustomerFields.From).Accept().Value == once;
    }

    private static Result<CustomerFields> Patch(string patch) =>
        MergePatch.Apply(Current, JsonElement.Parse(patch), CustomerFields.From).Accept();
}
