import * as fs from 'node:fs';
import * as path from 'node:path';

/** Which part of a fanout's tests a build runs. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The commands that CodeBuild's images bring along for buildspecs, as one program: `codebuild-hash-files`, `codebuild-glob-search` and
 * `codebuild-tests-run` (CodeBuild User Guide, "Amazon S3 caching", "Use the codebuild-tests-run CLI command", "About test splitting"), and
 * `codebuild-breakpoint` and `codebuild-resume`, which do nothing: outside of a debugging session they "are ignored" ("View a running build in
 * Session Manager"), and there is no such session here.
 * It is a program of its own because builds start it; so it is written here as text. What AWS does not tell (how the hash is put
 * together, which consistent hashing spreads the files) is chosen here.
 */
const PROGRAM = String.raw`
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { execSync, spawnSync } = require('node:child_process');
const picomatch = require(PICOMATCH);
const [command, ...rest] = process.argv.slice(2);
const fail = (text) => { console.error(command + ': ' + text); process.exit(1); };

function search(root, patterns) {
  const matches = picomatch(patterns.map((one) => one.replace(/^\.\//, '')), { dot: true });
  const found = [];
  const walk = (at) => {
    for (const entry of fs.readdirSync(path.join(root, at), { withFileTypes: true })) {
      const file = at ? at + '/' + entry.name : entry.name;
      if (entry.isDirectory()) { if (entry.name !== '.git') walk(file); }
      else if (matches(file)) found.push(file);
    }
  };
  walk('');
  return found.sort();
}

const digest = (text) => createHash('sha256').update(text).digest('hex');

function hashFiles(patterns) {
  const root = process.env.CODEBUILD_SRC_DIR || process.cwd();
  const hash = createHash('sha256');
  for (const file of search(root, patterns)) hash.update(fs.readFileSync(path.join(root, file)));
  console.log(hash.digest('hex'));
}

function testsRun(args) {
  const options = {};
  for (let i = 0; i < args.length; i += 2) options[args[i]] = args[i + 1];
  const testCommand = options['--test-command'];
  const filesSearch = options['--files-search'];
  const strategy = options['--sharding-strategy'] || 'equal-distribution';
  if (!testCommand || !filesSearch) fail('expected --test-command and --files-search');
  if (!['equal-distribution', 'stability'].includes(strategy)) fail('unknown sharding strategy ' + strategy);
  const files = execSync(filesSearch, { encoding: 'utf8', shell: '/bin/sh' }).split('\n').filter(Boolean).sort();
  const { index, count } = SHARD;
  let mine;
  if (strategy === 'equal-distribution') {
    // Sorted by name and cut into pieces, the first ones longer by one where it does not come out even.
    const size = Math.floor(files.length / count), longer = files.length % count;
    const start = index * size + Math.min(index, longer);
    mine = files.slice(start, start + size + (index < longer ? 1 : 0));
  } else {
    const weight = (file, shard) => digest(file + '\0' + shard);
    mine = files.filter((file) => {
      const shards = Array.from({ length: count }, (_, shard) => shard);
      return shards.reduce((best, one) => (weight(file, one) > weight(file, best) ? one : best), 0) === index;
    });
  }
  console.log('Shard ' + (index + 1) + ' of ' + count + ': ' + mine.length + ' of ' + files.length + ' test files');
  if (mine.length === 0) return;
  const quoted = mine.map((file) => "'" + file.replaceAll("'", "'\\''") + "'").join(' ');
  // A command that names the variable takes the files from there.
  const text = testCommand.includes('CODEBUILD_CURRENT_SHARD_FILES') ? testCommand : testCommand + ' ' + quoted;
  const env = { ...process.env, CODEBUILD_CURRENT_SHARD_FILES: mine.join('\n') };
  process.exit(spawnSync('/bin/sh', ['-c', text], { stdio: 'inherit', env }).status ?? 1);
}

if (command === 'codebuild-breakpoint' || command === 'codebuild-resume') process.exit(0);
if (command === 'codebuild-hash-files') hashFiles(rest);
else if (command === 'codebuild-glob-search') for (const file of search(process.cwd(), rest)) console.log(file);
else testsRun(rest);
`;

/** The names of the commands. */
export const IMAGE_COMMANDS: readonly string[] = [
  'codebuild-hash-files',
  'codebuild-glob-search',
  'codebuild-tests-run',
  'codebuild-breakpoint',
  'codebuild-resume',
];

/** What the commands need of this package: folders that a build has to see. */
export const IMAGE_COMMAND_MODULES: readonly string[] = [path.dirname(require.resolve('picomatch/package.json'))];

/** Writes the commands into a folder that a build has on PATH. */
export function writeImageCommands(directory: string, shard: Shard = { index: 0, count: 1 }): void {
  const program = path.join(directory, 'codebuild-commands.js');
  const constants = { PICOMATCH: require.resolve('picomatch'), SHARD: shard };
  const head = Object.entries(constants).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
  fs.writeFileSync(program, `${head.join('')}${PROGRAM}`);
  for (const name of IMAGE_COMMANDS)
    fs.writeFileSync(
      path.join(directory, name),
      `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(program)} ${name} "$@"\n`,
      { mode: 0o755 },
    );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
