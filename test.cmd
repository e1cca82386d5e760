@call "%~dp0azurite\launch.cmd" test %*
