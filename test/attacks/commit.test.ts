import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { takeClone } from '../../engine/codepipeline/sources/source-clone';
import { takeSource } from '../../engine/codepipeline/sources/sources';
import { makeRepository, SMALL_REPOSITORY } from '../fixtures/small-pipeline';

// A repository that somebody gave to a person: its commits, its attributes and its own settings start no program and lead nowhere.
let root = '';
let repository = '';
let target = '';
let ran = '';
beforeEach(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-commit-'));
  [repository, target, ran] = ['repository', 'target', 'ran'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  await makeRepository(repository, { 'a.txt': 'own\n', '.gitattributes': '*.txt filter=evil diff=evil merge=evil\n' });
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const git = async (...args: string[]): Promise<string> =>
  (await execa('git', ['-C', repository, '-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', ...args])).stdout;
const gitOf = async (input: string, ...args: string[]): Promise<string> =>
  (await execa('git', ['-C', repository, ...args], { input })).stdout.trim();
const take = (uncommitted = false) =>
  takeSource(
    { repository: SMALL_REPOSITORY, path: repository, ...(uncommitted ? { uncommitted: true } : {}) } as never,
    target,
  );
const clone = (commitId: string) =>
  takeClone({ repository: SMALL_REPOSITORY, path: repository } as never, target, {
    commitId,
    branch: 'main',
    url: 'https://example.invalid/acme/shop.git',
  });

/** Settings of a repository that name programs; `%s` is a program that leaves a mark. */
const SETTINGS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'a filter for each file': [
    ['filter.evil.smudge', '%s; cat'],
    ['filter.evil.clean', '%s; cat'],
  ],
  'a filter that is required': [
    ['filter.evil.smudge', '%s; false'],
    ['filter.evil.clean', '%s; false'],
    ['filter.evil.required', 'true'],
  ],
  'a filter that is a process': [['filter.evil.process', '%s']],
  'a monitor of files': [['core.fsmonitor', '%s']],
  'a differ, a merger, a viewer and an editor': [
    ['diff.external', '%s'],
    ['diff.evil.command', '%s'],
    ['diff.evil.textconv', '%s'],
    ['merge.evil.driver', '%s'],
    ['core.pager', '%s'],
    ['core.editor', '%s'],
    ['sequence.editor', '%s'],
  ],
  'a way to a host': [
    ['core.sshCommand', '%s'],
    ['core.gitProxy', '%s'],
    ['credential.helper', '!%s'],
    ['remote.origin.url', 'ext::%s'],
    ['remote.origin.uploadpack', '%s'],
    ['url.ext::%s.insteadOf', 'https://'],
    ['protocol.ext.allow', 'always'],
  ],
  'another name of a command': [
    ['alias.archive', '!%s'],
    ['alias.log', '!%s'],
    ['tar.tar.command', '%s'],
  ],
  'a program that looks at signatures': [
    ['gpg.program', '%s'],
    ['log.showSignature', 'true'],
  ],
  'a hook for packs': [['uploadpack.packObjectsHook', '%s']],
};

test.each(Object.entries(SETTINGS))('%s is not started', async (_name, settings) => {
  const program = path.join(root, 'program.sh');
  fs.writeFileSync(program, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  // A commit with a signature, which is looked at where a setting says so.
  const tree = await git('rev-parse', 'HEAD^{tree}');
  const signed = await gitOf(
    `tree ${tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\nsigned\n`,
    ...['hash-object', '-t', 'commit', '-w', '--stdin'],
  );
  await git('update-ref', 'HEAD', signed);
  for (const hook of ['post-checkout', 'pre-commit', 'post-index-change', 'reference-transaction', 'post-merge'])
    fs.copyFileSync(program, path.join(repository, '.git/hooks', hook));
  for (const [key, value] of settings) await git('config', key.replace('%s', program), value.replace('%s', program));
  fs.writeFileSync(path.join(repository, 'a.txt'), 'changed\n');
  expect((await take()).commitId).toBe(signed);
  expect(fs.readFileSync(path.join(target, 'a.txt'), 'utf8')).toBe('own\n');
  await clone(signed);
  expect(await take(true)).toMatchObject({ uncommitted: true });
  expect(fs.readFileSync(path.join(target, 'a.txt'), 'utf8')).toBe('changed\n');
  expect(fs.existsSync(ran)).toBe(false);
});

test('a filter whose name would end an option is not started either', async () => {
  fs.writeFileSync(path.join(repository, '.gitattributes'), '*.txt filter=a=b\n');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'fix: attributes');
  await git('config', 'filter.a=b.smudge', `touch ${ran}; cat`);
  await git('config', 'filter.a=b.clean', `touch ${ran}; cat`);
  await take();
  await take(true);
  expect(fs.existsSync(ran)).toBe(false);
});

test('settings of a submodule start nothing', async () => {
  const inner = path.join(repository, 'inner');
  await makeRepository(inner, { 'b.txt': 'b' });
  await git('-c', 'protocol.file.allow=always', 'add', '--all');
  await git('commit', '--quiet', '--message', 'feat: a submodule');
  fs.writeFileSync(path.join(inner, '.gitattributes'), '* filter=evil\n');
  fs.writeFileSync(path.join(inner, 'b.txt'), 'changed');
  for (const [key, value] of [
    ['core.fsmonitor', `touch ${ran}; false`],
    ['filter.evil.clean', `touch ${ran}; cat`],
  ] as const)
    await execa('git', ['-C', inner, 'config', key, value]);
  await take(true);
  await take();
  expect(fs.existsSync(ran)).toBe(false);
});

test('a commit that brings settings of git along brings none', async () => {
  const blob = await gitOf(
    `[core]\n\tfsmonitor = touch ${ran}\n[filter "evil"]\n\tclean = touch ${ran}; cat\n`,
    'hash-object',
    '-w',
    '--stdin',
  );
  const own = await git('rev-parse', 'HEAD:a.txt');
  const inner = await gitOf(`100644 blob ${blob}\tconfig\n`, 'mktree');
  const tree = await gitOf(`040000 tree ${inner}\t.git\n100644 blob ${own}\ta.txt\n`, 'mktree');
  const head = await git('commit-tree', '-m', 'evil', tree);
  await git('update-ref', 'HEAD', head);
  // git itself refuses it, or it is taken without them.
  const refused = await take().catch((error: unknown) => error);
  if (refused instanceof Error) expect(refused).toMatchObject({ code: 'SOURCE_EMPTY' });
  else await clone(head);
  const settings = path.join(target, '.git/config');
  if (fs.existsSync(settings)) expect(fs.readFileSync(settings, 'utf8')).not.toContain('evil');
  expect(fs.existsSync(ran)).toBe(false);
});

test('names that lead out, links and devices of a commit write nothing outside', async () => {
  const own = await git('rev-parse', 'HEAD:a.txt');
  const link = await gitOf(root, 'hash-object', '-w', '--stdin');
  const up = await gitOf(`100644 blob ${own}\tevil.txt\n`, 'mktree');
  // Links and what lies behind them, and a folder of the name `..`.
  for (const listing of [
    `120000 blob ${link}\tout\n100644 blob ${own}\ta.txt\n`,
    `040000 tree ${up}\t..\n100644 blob ${own}\ta.txt\n`,
  ]) {
    const tree = await gitOf(listing, 'mktree');
    await git('update-ref', 'HEAD', await git('commit-tree', '-m', 'evil', tree));
    const before = fs.readdirSync(root).sort();
    // Refused, or taken without what leads out.
    await take().catch((error: unknown) => expect(error).toMatchObject({ code: 'SOURCE_EMPTY' }));
    expect(fs.readdirSync(root).filter((name) => name !== 'target')).toEqual(
      before.filter((name) => name !== 'target'),
    );
    expect(fs.existsSync(path.join(root, 'evil.txt'))).toBe(false);
  }
});

test('a message, an author and a branch are text, of any size', async () => {
  const evil = `${' '.repeat(150_000)}\u001b]0;PWNED\u0007 $(touch ${ran}) \`touch ${ran}\` --upload-pack=x`;
  const name = ['-c', 'user.name=Ada', '-c', 'user.email=ada@localhost'];
  await gitOf(evil, ...name, 'commit', '--allow-empty', '--quiet', '--file=-', '--author', '$(touch x) <a@b>');
  const taken = await take();
  expect(taken.message).toContain('$(touch');
  expect(taken.author).toBe('$(touch x)');
  expect(fs.existsSync(ran)).toBe(false);
  await expect(
    takeSource({ repository: SMALL_REPOSITORY, path: repository, commit: `--output=${ran}` } as never, target),
  ).rejects.toMatchObject({ code: 'SOURCE_COMMIT_UNKNOWN' });
  expect(fs.existsSync(ran)).toBe(false);
});
