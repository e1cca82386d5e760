using System.Text.RegularExpressions;

namespace NxLoy.Functions.UnitTests.Architecture;

/// <summary>The oldest PostgreSQL that is promised is 14; the tests run on 18, which takes more.</summary>
public sealed partial class SqlTests
{
    [Fact]
    public void Sql_UsesNothingThatCameAfterPostgreSql14() => Expect.None(
        Source.App.TextsAndMigrations().Concat(Source.Embedded.Texts())
            .Where(text => Newer().IsMatch(text.Text))
            .Select(text => $"{text.File}: {Newer().Match(text.Text).Value}"));

    [Theory]
    [InlineData("create unique index one on customers (email) nulls not distinct")]
    [InlineData("merge into customers c using news n on c.id = n.id")]
    [InlineData("select uuidv7()")]
    [InlineData("update customers set email = null returning old.email")]
    public void WhatIsNewer_IsSeen(string sql) => Assert.Matches(Newer(), sql);

    // 15: nulls not distinct, merge, security_invoker, regexp_like and its like. 16: any_value, is json, array_sample. 17: the
    // rest of JSON, copy on_error. 18: uuidv7, casefold, virtual columns, old and new in returning.
    [GeneratedRegex(
        @"\bnulls\s+not\s+distinct\b|\bmerge\s+into\b|\bsecurity_invoker\b|\bregexp_(like|count|instr|substr)\s*\(|\b(any_value|array_sample|array_shuffle|random_normal|json_table|json_value|json_exists|json_query|json_scalar|json_serialize|uuidv7|uuidv4|casefold|array_sort|array_reverse)\s*\(|\bis\s+(not\s+)?json\b|\bon_error\b|\)\s+virtual\b|\breturning\s+(old|new)\.",
        RegexOptions.IgnoreCase)]
    private static partial Regex Newer();
}
