@call "%~dp0azurite\launch.cmd" run %*
