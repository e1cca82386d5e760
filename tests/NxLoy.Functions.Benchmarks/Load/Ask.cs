namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>One request of a load.</summary>
/// <param name="Body">JSON; <c>{n}</c> in it becomes a number that no other request has.</param>
internal sealed record Ask(string Method, string Path, string Token = "", string Body = "")
{
    public static Ask Get(string path, string token = "") => new("GET", path, token);

    public string Authorization => Token.Length == 0 ? "" : $"Bearer {Token}";
}
