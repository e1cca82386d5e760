namespace NxLoy.Functions.Customers;

/// <summary>What became of one sale, as far as its customer's figures follow it.</summary>
/// <param name="CustomerId">Whose it is.</param>
/// <param name="Spent">By how much what counts as spent became more; less where it was refunded or voided.</param>
/// <param name="Visits">1 where it stands now and did not before, -1 where it did and does not any more, else 0.</param>
/// <param name="At">When it was made.</param>
/// <param name="Day">The business's date that it counts on.</param>
public sealed record SaleChange(Guid CustomerId, decimal Spent, int Visits, DateTimeOffset At, DateOnly Day);
