namespace NxLoy.Functions.LocalStack;

/// <summary>Says what the launcher is doing while it does it.</summary>
internal sealed class Narrator(TextWriter writer)
{
    private readonly Lock turn = new();

    public static Narrator Silent { get; } = new(TextWriter.Null);

    public void Say(string text)
    {
        lock (turn)
        {
            try
            {
                writer.WriteLine(text);
                writer.Flush();
            }
            catch (IOException)
            {
                // The terminal was closed: what is left to do (stopping) must not fail for want of a listener.
            }
        }
    }
}
