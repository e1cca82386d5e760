@dotnet run --project "%~dp0tests\NxLoy.Functions.Benchmarks" -c Release -- %*
