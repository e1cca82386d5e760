using FsCheck.Xunit;

namespace NxLoy.Functions.UnitTests;

public sealed class ResultTests
{
    private static readonly Problem Missing = new(404, "not_found", "There is nothing here.");

    [Fact]
    public void Value_OfAValue_IsIt()
    {
        Result<string> result = "value";

        Assert.False(result.Failed(out var problem));
        Assert.Null(problem);
        Assert.Equal("value", result.Value);
    }

    [Fact]
    public void Value_OfAProblem_ThrowsNamingTheProblem()
    {
        Result<string> result = Missing;

        Assert.True(result.Failed(out var problem));
        Assert.Same(Missing, problem);
        Assert.Contains("not_found", Assert.Throws<InvalidOperationException>(() => result.Value).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Value_OfNullWhereNullIsAnAnswer_IsNoProblem()
    {
        Result<Guid?> result = (Guid?)null;

        Assert.False(result.Failed(out _));
        Assert.Null(result.Value);
    }

    [Property]
    public async Task<bool> Then_Value_GoesOn(int value)
    {
        var next = await Step<int>(value).Then(number => Step<string>($"{number}!"));

        return next.Value == $"{value}!";
    }

    [Fact]
    public async Task Then_Problem_PassesThroughAndTheNextStepIsNotTaken()
    {
        var isTaken = false;
        var next = await Step<int>(Missing).Then(number =>
        {
            isTaken = true;
            return Step<int>(number);
        });

        Assert.Same(Missing, next.Problem);
        Assert.False(isTaken);
    }

    private static Task<Result<T>> Step<T>(Result<T> result) => Task.FromResult(result);
}
