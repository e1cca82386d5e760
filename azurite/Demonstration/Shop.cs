namespace NxLoy.Functions.LocalStack.Demonstration;

/// <param name="Price">In the business's currency.</param>
internal sealed record Product(string Name, string Category, decimal Price);

/// <summary>What a shop sells, and what its staff says of its customers.</summary>
/// <param name="Seed">Makes the same people and sales every time.</param>
/// <param name="VisitsOfARegular">Fewest and most in a year.</param>
/// <param name="Season">Months in which seasonal customers come.</param>
internal sealed record Shop(
    int Seed, (int Min, int Max) VisitsOfARegular, IReadOnlyList<int> Season, Product[] Products, string[] Tags, string[] Notes)
{
    private static readonly Shop Coffee = new(
        1901, (25, 70), [6, 7, 8],
        [
            new("Espresso", "Coffee", 2.80m), new("Flat white", "Coffee", 4.20m), new("Cappuccino", "Coffee", 3.90m), new("Cold brew", "Coffee", 4.50m),
            new("Earl Grey", "Tea", 3.20m), new("Matcha latte", "Tea", 5.10m), new("Croissant", "Pastries", 3.10m), new("Cinnamon roll", "Pastries", 3.60m),
            new("Banana bread", "Pastries", 3.40m), new("House blend, 250 g", "Beans", 11.50m), new("Ethiopia Yirgacheffe, 250 g", "Beans", 14.90m),
            new("Travel mug", "Merchandise", 22.00m),
        ],
        ["oat milk", "office orders", "early bird", "vegan", "barista course"],
        ["Prefers the window seat.", "Orders for the whole office on Fridays.", "Allergic to nuts: ask before recommending pastries.", "Brings a mug of their own.", "Asked for decaf in the afternoon."]);

    private static readonly Shop Books = new(
        1847, (8, 26), [11, 12],
        [
            new("Paperback novel", "Fiction", 12.99m), new("Hardback novel", "Fiction", 26.50m), new("Crime paperback", "Crime", 11.99m),
            new("Picture book", "Children", 9.95m), new("Young adult novel", "Children", 13.50m), new("City guide", "Travel", 18.95m),
            new("Biography", "Non-fiction", 24.00m), new("Popular science", "Non-fiction", 19.99m), new("Cookbook", "Cooking", 32.00m),
            new("Notebook", "Stationery", 7.50m), new("Fountain pen", "Stationery", 29.00m), new("Literary magazine", "Magazines", 6.80m),
        ],
        ["reading circle", "teacher", "first editions", "gift wrapping", "school orders"],
        ["Collects everything by Tove Jansson.", "Looking for a signed copy; call when one turns up.", "Buys for three grandchildren.", "Likes to be told of new crime from Scandinavia.", "Picks up orders on Saturdays."]);

    /// <summary>In the order of the two businesses: Northwind Coffee, Harbour Books.</summary>
    public static IReadOnlyList<Shop> All { get; } = [Coffee, Books];
}
