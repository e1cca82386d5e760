@echo off
rem Builds the launcher and hands over to it. Everything else is C#.
dotnet build "%~dp0." -c Release --nologo -v quiet -nodeReuse:false 1>&2 || exit /b 1
dotnet "%~dp0bin\Release\net10.0\NxLoy.Functions.LocalStack.dll" %*
