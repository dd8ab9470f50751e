import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { commitLog } from '../../operator/commit-log';

// The commits between two deliveries, in a real repository that holds another one in a folder, as this one holds the sample.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-commit-log-'));
const folder = path.join(root, 'examples/shop');
const commits: string[] = [];

beforeAll(async () => {
  fs.mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execa('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', ...args]);
  await git('init', '--quiet');
  for (const [file, message] of [
    ['examples/shop/a', 'feat: a shop'],
    ['pipeline', 'feat: a pipeline'],
    ['examples/shop/b', 'feat: a second shelf'],
  ] as const) {
    fs.writeFileSync(path.join(root, file), message);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
    commits.push((await git('rev-parse', 'HEAD')).stdout);
  }
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const tool = { path: root, repository: 'acme/pipeline' };
const shop = { path: folder, repository: 'acme/shop' };

test.each([
  ['a folder that stands in for it has its own commits', [shop, tool], 'acme/shop', ['feat: a second shelf']],
  [
    'the repository around a folder has all',
    [shop, tool],
    'acme/pipeline',
    ['feat: a pipeline', 'feat: a second shelf'],
  ],
  [
    'a folder that may be of any repository has all',
    [{ path: folder }],
    'acme/shop',
    ['feat: a pipeline', 'feat: a second shelf'],
  ],
  [
    'without a repository’s name every folder may be it',
    [shop],
    undefined,
    ['feat: a pipeline', 'feat: a second shelf'],
  ],
  ['another’s checkout is none of its', [tool], 'acme/shop', undefined],
  [
    'a folder that is not there is passed over',
    [{ path: path.join(root, 'gone') }, shop],
    'acme/shop',
    ['feat: a second shelf'],
  ],
])('of a repository: %s', async (_name, checkouts, repository, messages) => {
  const found = await commitLog(checkouts)(commits[0] ?? '', commits[2] ?? '', repository);
  expect(found?.map((one) => one.message)).toEqual(messages);
});

test('what is no commit is never given to git', async () => {
  expect(await commitLog([tool])('--output=/tmp/x', commits[2] ?? '')).toBeUndefined();
});
