import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { pushedEvent } from '../../../engine/codepipeline/sources/pushed-event';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-push-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const git = async (...args: string[]): Promise<string> =>
  (
    await execa('git', [
      ...['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', '-c', 'commit.gpgsign=false'],
      ...args,
    ])
  ).stdout;
const write = (name: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  fs.writeFileSync(path.join(root, name), text);
};
const files = async (source: { commit?: string; uncommitted?: boolean; folder?: string } = {}) => {
  const { folder = '.', ...rest } = source;
  const event = await pushedEvent({ path: path.join(root, folder), ...rest }, 'main');
  return event?.kind === 'push' ? event.files : undefined;
};

beforeAll(async () => {
  await git('init', '--quiet', '--initial-branch=main');
  write('a.txt', '1');
  write('app/größe ü.md', '1');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'first');
  write('b.txt', '2');
  await git('mv', 'a.txt', 'c.txt');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'second');
});

test('a commit changes what differs from its parent; a move is a removal and an addition', async () => {
  expect(await files()).toEqual(['a.txt', 'b.txt', 'c.txt']);
});

test('a first commit changes all of its files', async () => {
  expect(await files({ commit: 'HEAD~1' })).toEqual(['a.txt', 'app/größe ü.md']);
});

test('a folder of a repository has its own last commit, and paths from itself on', async () => {
  expect(await files({ folder: 'app' })).toEqual(['größe ü.md']);
});

test('uncommitted changes are part of the push', async () => {
  write('new.txt', 'x');
  write('b.txt', 'changed');
  expect(await files({ uncommitted: true })).toEqual(['a.txt', 'b.txt', 'c.txt', 'new.txt']);
  expect(await files()).toEqual(['a.txt', 'b.txt', 'c.txt']);
});

test('what is no repository, or has no such commit, is no push', async () => {
  expect(await files({ commit: 'nowhere' })).toBeUndefined();
  expect(await files({ folder: 'nothing' })).toBeUndefined();
});
