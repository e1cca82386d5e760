using Microsoft.Azure.Functions.Worker;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.UnitTests.Embedded;

public sealed class ParameterBindingTests
{
    // Reflection hands out one object a parameter, except where two threads ask first: as when two hosts start side by side.
    [Fact]
    public void TriggerParameter_IsKnownThroughAnyOfItsObjects()
    {
        var function = new Function("Tick", typeof(Base).GetMethod(nameof(Base.Tick))!, disabled: false);
        var other = typeof(Derived).GetMethod(nameof(Base.Tick))!.GetParameters()[0];
        Assert.NotSame(function.TriggerParameter, other);

        Assert.NotNull(ParameterBinding.For(other, function));
    }

    internal class Base
    {
        public bool WasLate { get; private set; }

        public void Tick([TimerTrigger("0 0 0 * * *")] TimerInfo timer) => WasLate = timer.IsPastDue;
    }

    internal sealed class Derived : Base;
}
