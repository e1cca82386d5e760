// node detach.js PIDFILE LOGFILE FOLDER PROGRAM [ARGUMENT...]
// Starts a program in a session of its own, so that a Ctrl-C meant for the launcher does not reach it, with its output in
// a file, so that it outlives the launcher. .NET has a portable way to neither. The pid is written down before anything
// else can go wrong, with a mark that tells the process from a later one of the same number (see PidFile.cs).
const { spawn } = require('node:child_process');
const { openSync, readFileSync, renameSync, writeFileSync } = require('node:fs');

const [pidFile, logFile, folder, program, ...programArguments] = process.argv.slice(2);
const log = openSync(logFile, 'a', 0o600);
const child = spawn(program, programArguments, { cwd: folder, detached: true, windowsHide: true, stdio: ['ignore', log, log] });
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
if (child.pid) {
  writeFileSync(`${pidFile}.new`, `${child.pid}\n${mark(child.pid)}\n`, { mode: 0o600 });
  renameSync(`${pidFile}.new`, pidFile);
  child.unref();
}

function mark(pid) {
  if (process.platform !== 'linux') return Date.now();
  const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
}
