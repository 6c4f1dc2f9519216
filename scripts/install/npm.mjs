import { spawn } from 'node:child_process';
import { basename } from 'node:path';

const causes = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/i,
    'The package registry could not be reached.',
    'go online (or set a proxy: npm config set proxy …) and start again.',
  ],
  [/ENOSPC|EDQUOT|no space left/i, 'The disk is full.', 'free about one gigabyte and start again.'],
  [
    /EACCES|EPERM|EROFS|permission denied/i,
    'The folder node_modules cannot be written.',
    'make the project folder yours (sudo chown -R "$(id -un)" .) and start again.',
  ],
  [
    /EUSAGE|from lock file|EINTEGRITY/i,
    'package-lock.json does not fit package.json or the registry.',
    'git checkout -- package.json package-lock.json, then start again.',
  ],
  [
    /EBADENGINE|Unsupported engine/i,
    'This Node or npm is too old.',
    'install a current Node from https://nodejs.org.',
  ],
];

/** Runs `npm ci`. All it says goes to standard error. Resolves to an exit code, after having said what went wrong. */
export async function runNpm(root, withDevelopment, say, signal) {
  const [command, ...before] = npmCommand();
  const result = await run(
    command,
    [
      ...before,
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      // Said aloud, because NODE_ENV and npm's own settings would decide otherwise. Node 24 is an optional package.
      withDevelopment ? '--include=dev' : '--omit=dev',
      '--include=optional',
      // `npm start --silent` hands its silence down, and with it the reason of a failure.
      '--loglevel=error',
    ],
    root,
    signal,
  );
  if (signal.aborted) return 130;
  if (result.code === 0) return 0;
  const [, what, remedy] = causes.find(([pattern]) => pattern.test(result.complaint)) ?? [
    '',
    result.missing ? 'npm was not found.' : 'npm could not install the packages; its own words are above.',
    result.missing
      ? 'install Node with npm from https://nodejs.org.'
      : 'run npm ci --ignore-scripts by hand to see more.',
  ];
  say(`Steward could not be installed. ${what}\nRemedy: ${remedy}`);
  return result.code;
}

/** npm names itself to the scripts it runs; another package manager's name is of no use here. */
function npmCommand() {
  const path = process.env.npm_execpath;
  if (path && !/yarn|pnpm|bun/i.test(basename(path))) return [process.execPath, path];
  return ['npm'];
}

function run(command, parameters, cwd, signal) {
  return new Promise((resolve) => {
    let complaint = '';
    const child = spawn(command, parameters, {
      cwd,
      // Standard output belongs to the program that is about to start.
      stdio: ['ignore', process.stderr, 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.stderr.on('data', (chunk) => {
      process.stderr.write(chunk);
      complaint = (complaint + chunk).slice(-20_000);
    });
    child.on('error', (error) => resolve({ code: 1, complaint, missing: error.code === 'ENOENT' }));
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, complaint, missing: false });
    });
  });
}
