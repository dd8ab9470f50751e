import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';

/** The versions next to the one of package.json's `engines` (npm's package `node` brings them). */
const VERSIONS = ['22.23.3', '24.21.0'];
/** Files that take longer, in seconds, are left out: they rehearse whole pipelines, and mostly wait for other programs. */
const FAST = 30;

/**
 * `npm run test:node [FILES]`: the fast test files under each version of Node, or the files that are named. What a test starts finds that Node first on PATH.
 * @returns the exit code: 1 where a version failed
 */
async function main(files: readonly string[]): Promise<number> {
  const budgets = JSON.parse(fs.readFileSync('test/setup/budgets.json', 'utf8')) as Record<string, number>;
  const slow = Object.keys(budgets).filter((file) => (budgets[file] ?? 0) > FAST && !file.startsWith('test/scenario/'));
  const failed: string[] = [];
  for (const version of VERSIONS) {
    const bin = await install(version);
    console.log(
      `\nNode ${version}${files.length > 0 ? '' : `, without ${slow.length} files that take more than ${FAST} s`}`,
    );
    const chosen = files.length > 0 ? files : ['--testPathIgnorePatterns', ...slow];
    const { exitCode } = await execa(path.join(bin, 'node'), ['node_modules/jest/bin/jest.js', ...chosen], {
      stdio: 'inherit',
      reject: false,
      env: { PATH: [bin, process.env.PATH].join(path.delimiter) },
    });
    if (exitCode !== 0) failed.push(version);
  }
  console.log(
    failed.length > 0 ? `\nfailed under Node ${failed.join(', ')}` : `\npassed under Node ${VERSIONS.join(', ')}`,
  );
  return failed.length > 0 ? 1 : 0;
}

/** Installs a version of Node, once. @returns the folder of its program */
async function install(version: string): Promise<string> {
  const folder = path.resolve('node_modules/.cache/saiondo-node', version);
  const bin = path.join(folder, 'node_modules/node/bin');
  if (!fs.existsSync(path.join(bin, 'node')))
    await execa('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `node@${version}`], {
      stdio: 'inherit',
    });
  return bin;
}

void main(process.argv.slice(2)).then((exitCode) => (process.exitCode = exitCode));
