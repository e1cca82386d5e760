using System.Reflection;
using System.Text.Json;
using FsCheck.Xunit;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.UnitTests.Http;

public sealed class FieldsTests
{
    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"x":null}""", null)]
    [InlineData("""{"x":""}""", null)]
    [InlineData("""{"x":" \t\n "}""", null)]
    [InlineData("""{"x":" a b "}""", "a b")]
    [InlineData("""{"x":"12345"}""", "12345")]
    public void Text_IsTrimmed_AndNothingIsNull(string body, string? expected) =>
        Assert.Equal(expected, Read(body, fields => fields.Text("x", 5)).Value);

    [Theory]
    [InlineData("""{"x":"123456"}""", "/x too_long")]
    [InlineData("""{"x":5}""", "/x wrong_type")]
    [InlineData("""{"x":["a"]}""", "/x wrong_type")]
    [InlineData("{\"x\":\"a\\u0000b\"}", "/x invalid_characters")]
    [InlineData("{\"x\":\"\\ud800\"}", "/x invalid_characters")]
    [InlineData("""{"y":"a"}""", "/y unknown_field")]
    [InlineData("""{"X":"a"}""", "/X unknown_field")]
    [InlineData("""{"a/b~c":"a"}""", "/a~1b~0c unknown_field")]
    public void Text_Fault_HasPointerAndCode(string body, string fault) =>
        Assert.Equal([fault], Faults(Read(body, fields => fields.Text("x", 5))));

    [Theory]
    [InlineData("""{}""", "/x required")]
    [InlineData("""{"x":" "}""", "/x required")]
    [InlineData("""{"x":1}""", "/x wrong_type")]
    [InlineData("{\"x\":\"\\u0000\"}", "/x invalid_characters")]
    public void Text_Required_HasOneFaultAndNotTwo(string body, string fault) =>
        Assert.Equal([fault], Faults(Read(body, fields => fields.Text("x", 5, required: true))));

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("null", null)]
    public void Flag_IsRead(string value, bool? expected) =>
        Assert.Equal(expected, Read($$"""{"x":{{value}}}""", fields => fields.Flag("x")).Value);

    [Theory]
    [InlineData("\"2024-02-29\"", "")]
    [InlineData("\"2023-02-29\"", "/x invalid_date")]
    [InlineData("\"0000-01-01\"", "/x invalid_date")]
    [InlineData("\"2024-2-9\"", "/x invalid_date")]
    [InlineData("\"2024-02-29T00:00:00Z\"", "/x invalid_date")]
    [InlineData("20240229", "/x wrong_type")]
    public void Date_MustExist(string value, string fault) =>
        Assert.Equal(Listed(fault), Faults(Read($$"""{"x":{{value}}}""", fields => fields.Date("x"))));

    [Theory]
    [InlineData("1", "")]
    [InlineData("200", "")]
    [InlineData("0", "/x out_of_range")]
    [InlineData("201", "/x out_of_range")]
    [InlineData("1.5", "/x out_of_range")]
    [InlineData("1e99", "/x out_of_range")]
    [InlineData("\"1\"", "/x wrong_type")]
    public void WholeNumber_StaysInItsRange(string value, string fault) =>
        Assert.Equal(Listed(fault), Faults(Read($$"""{"x":{{value}}}""", fields => fields.WholeNumber("x", 1, 200))));

    [Theory]
    [InlineData("0.5", "")]
    [InlineData("-0.1", "/x out_of_range")]
    [InlineData("1.0001", "/x out_of_range")]
    [InlineData("1e400", "/x out_of_range")]
    public void Number_StaysInItsRange(string value, string fault) =>
        Assert.Equal(Listed(fault), Faults(Read($$"""{"x":{{value}}}""", fields => fields.Number("x", 0, 1))));

    [Theory]
    [InlineData("GOLD", "")]
    [InlineData("gold", "/x not_one_of")]
    [InlineData("2", "/x not_one_of")]
    [InlineData("SILVER, GOLD", "/x not_one_of")]
    public void Choice_TakesExactNamesOnly(string value, string fault) =>
        Assert.Equal(Listed(fault), Faults(Read($$"""{"x":"{{value}}"}""", fields => fields.Choice<LoyaltyTier>("x"))));

    [Theory]
    [InlineData("01890a5d-ac96-774b-bcce-b302099a8057", "")]
    [InlineData("01890a5dac96774bbcceb302099a8057x", "/x invalid_id")]
    public void Id_IsAUuid(string value, string fault) =>
        Assert.Equal(Listed(fault), Faults(Read($$"""{"x":"{{value}}"}""", fields => fields.Id("x"))));

    [Fact]
    public void Texts_PointToTheEntry() => Assert.Equal(
        ["/x/1 wrong_type", "/x/2 too_long", "/x/3 required"],
        Faults(Read("""{"x":["ok",1,"long",""]}""", fields => fields.Texts("x", 4, 3))));

    [Fact]
    public void Texts_TooMany_IsOneFaultHoweverManyThereAre() =>
        Assert.Equal(["/x too_many"], Faults(Read("""{"x":["a","b","c"]}""", fields => fields.Texts("x", 2, 3))));

    [Fact]
    public void Finish_NamesEveryFaultAtOnce() => Assert.Equal(
        ["/dateOfBirth invalid_date", "/email invalid_email", "/nobody unknown_field", "/preferredLanguage invalid_language"],
        Faults(CustomerFields.From(Of("""{"email":"x","dateOfBirth":"x","preferredLanguage":"!","nobody":1}""")).Accept()).Order(StringComparer.Ordinal));

    [Property]
    public bool Text_AnyText_IsReadTrimmedOrIsAFault(string? text)
    {
        var read = Read(JsonSerializer.Serialize(new { x = text }), fields => fields.Text("x", 20));

        return read.Failed(out var problem)
            ? problem.Errors is [{ Pointer: "/x", Code: "too_long" or "invalid_characters" }]
            : read.Value is null ? string.IsNullOrWhiteSpace(text) : read.Value.Length <= 20 && read.Value == read.Value.Trim();
    }

    [Theory]
    [InlineData("""{"o":{"x":"a"}}""")]
    [InlineData("""{}""", "/o required")]
    [InlineData("""{"o":null}""", "/o required")]
    [InlineData("""{"o":[]}""", "/o wrong_type")]
    [InlineData("""{"o":{}}""", "/o/x required")]
    [InlineData("""{"o":{"x":1,"y":2},"z":3}""", "/o/x wrong_type", "/z unknown_field", "/o/y unknown_field")]
    public void Object_FaultsOfItsFields_StandAmongTheOthers(string body, params string[] faults) =>
        Assert.Equal(faults, Faults(Read(body, fields => fields.Object("o", required: true)?.Text("x", 5, required: true))));

    [Property]
    public bool Date_AnyDate_IsReadBack(DateTime any)
    {
        var date = DateOnly.FromDateTime(any);

        return Read(JsonSerializer.Serialize(new { x = date }), fields => fields.Date("x")).Value == date;
    }

    // The API's description is made of what the readers note: a reader that keeps quiet would leave its field out.
    [Fact]
    public void EveryReader_TellsWhatItAsks()
    {
        var readers = typeof(Fields).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.ReturnType != typeof(void) && method.GetParameters() is [{ Name: "name" }, ..] && method.Name is not (nameof(Fields.Has) or "Pointer"))
            .ToList();

        Assert.True(readers.Count >= 8);
        foreach (var reader in readers)
        {
            var asked = new List<AskedField>();
            var method = reader.IsGenericMethod ? reader.MakeGenericMethod(typeof(LoyaltyTier)) : reader;
            method.Invoke(new Fields(JsonElement.Parse("{}"), asked: asked), [.. method.GetParameters().Select(parameter => Anything(parameter))]);

            Assert.True(asked is [{ Name: "x" }], $"Fields.{reader.Name} does not note what it asks: add asked?.Add(new AskedField(name, ...)).");
        }
    }

    private static object? Anything(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? "x" : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;

    private static string[] Listed(string fault) => fault.Length == 0 ? [] : [fault];

    private static Fields Of(string json) => new(JsonElement.Parse(json));

    private static Result<T> Read<T>(string json, Func<Fields, T> read)
    {
        var fields = Of(json);
        var value = read(fields);
        return fields.Finish(() => value);
    }

    private static IReadOnlyList<string> Faults<T>(Result<T> result) =>
        [.. (result.Problem?.Errors ?? []).Select(fault => $"{fault.Pointer} {fault.Code}")];
}
