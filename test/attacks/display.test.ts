import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { plain, plainButStyles, plainJson, plainLine, webAddress } from '../../model/plain-text';
import { markup } from '../../views/markup';
import { makeRepository, writeAssembly } from '../fixtures/small-pipeline';

// What a template, a saiondo.yaml, a buildspec, a commit or a log brings is shown as text: it draws on no terminal and is no markup.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-display-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const EVIL = '\u001b]0;PWNED\u0007\u001b[2J\u001b[31mred\u009b31m\u202eRTL\u0000\u0008\u200b\ufeff';
/** Anything that a terminal acts on, but a tab, a line feed and our own colours. */
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

test.each([
  ['a title', 'a\u001b]0;PWNED by a b\u0007b', 'ab'],
  ['a title that ST ends', 'a\u001b]2;x\u001b\\b', 'ab'],
  ['a link', '\u001b]8;;http://evil.example/\u0007click\u001b]8;;\u0007', 'click'],
  ['a device control string', 'a\u001bPq#0;1\u001b\\b', 'ab'],
  ['a clipboard', 'a\u001b]52;c;ZXZpbA==\u0007b', 'ab'],
  ['colours and the cursor', '\u001b[1;31mred\u001b[0m\u001b[2J\u001b[10;10H\u001b[?25l', 'red'],
  ['an 8-bit CSI', 'a\u009b2Jb', 'ab'],
  ['an 8-bit OSC', 'a\u009d0;PWNED\u009cb', 'ab'],
  ['a reset', 'a\u001bcb', 'ab'],
  ['a character set', 'a\u001b(0b', 'ab'],
  ['a string without an end', 'a\u001b]0;rest\nnext', 'a0;rest\nnext'],
  ['an escape at the end', 'a\u001b', 'a'],
  ['backspaces', 'ok\u0008\u0008no', 'okno'],
  ['a carriage return', 'passed\rfailed', 'passed\nfailed'],
  ['line ends of Unicode', 'a\u2028b\u2029c\u0085d', 'a\nb\nc\nd'],
  ['a turned direction', 'a\u202egnp.exe\u2066b\u2069', 'agnp.exeb'],
  ['no width', 'Pr\u200bod\ufeff\u2060\u00ad', 'Prod'],
  ['tags', 'a\u{e0041}b', 'ab'],
  ['emoji, Korean and combining marks, which stay', '👩‍👩‍👧 승인 é', '👩‍👩‍👧 승인 é'],
])('%s', (_name, text, shown) => {
  expect(plain(text)).toBe(shown);
  expect(plain(text)).not.toMatch(ACTS);
});

test('one line stays one line, and a long one takes no time', () => {
  expect(plainLine('a\r\n  b\u2028c\n\n')).toBe('a b c');
  const { user } = process.cpuUsage();
  for (const bad of ['\u001b]', '\u001b[', '\u009d', ' \n', '\u001b[0;', ' ']) plainLine(bad.repeat(200_000));
  expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(2);
});

test('our own colours stay, nothing else does', () => {
  expect(plainButStyles('\u001b[1mbold\u001b[22m \u001b[8mhidden\u001b[2Jx\u001b[39m')).toBe(
    '\u001b[1mbold\u001b[22m hiddenx\u001b[39m',
  );
});

test('JSON stays JSON, and its escapes are the encoder’s', () => {
  const value = { a: EVIL, b: '승인' };
  expect(plainJson(value)).not.toMatch(ACTS);
  expect(JSON.parse(plainJson(value, 2))).toEqual(value);
});

test.each([
  ['https://example.com/x?y=1', true],
  ['http://127.0.0.1:1', true],
  ['javascript:alert(1)', false],
  ['JAVASCRIPT:alert(1)', false],
  ['data:text/html,x', false],
  ['//evil.example', false],
  ['https://a b', false],
  ['https:\\\\evil', false],
  ['ht\ntps://x', false],
])('%s may be a link: %s', (address, may) => {
  expect(webAddress(address)).toBe(may ? address : undefined);
});

test('a value in a template of HTML is text, whatever it holds', () => {
  const bad = `"'\`><img src=x onerror=a()></pre><script>`;
  const made = markup`<p title="${bad}">${bad}${[markup`<b>${bad}</b>`, bad]}${undefined}</p>`.text;
  expect(made.match(/<\/?[a-z]+/g)).toEqual(['<p', '<b', '</b', '</p']);
  expect(made).not.toContain('"\'');
  expect(markup`${EVIL}`.text).not.toMatch(ACTS);
});

test('commands and views print through one file only', () => {
  const files = ['commands', 'views', 'bin'].flatMap((folder_) =>
    fs
      .readdirSync(path.join(ROOT, folder_), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(folder_, file)),
  );
  const printing = files.filter((file) =>
    /process\.(stdout|stderr)\.write\(|console\.\w+\(|\.question\(|\bout\.write\(/.test(
      fs.readFileSync(path.join(ROOT, file), 'utf8'),
    ),
  );
  // The CDK app prints its own errors, as plain text. What refuses an old Node.js can load nothing, and prints that version only.
  expect(printing).toEqual(['commands/output/print.ts', 'bin/app.ts', 'bin/node-version.ts']);
});

/** The command, with everything that it wrote. */
async function saiondo(directory: string, ...args: string[]): Promise<string> {
  const { all } = await execa(process.execPath, [path.join(ROOT, 'dist/bin/saiondo.js'), ...args], {
    cwd: directory,
    all: true,
    reject: false,
    env: { FORCE_COLOR: '1', SAIONDO_TOOLS_DIR: path.join(folder, 'no-tools') },
  });
  return all ?? '';
}

test('an unknown key and a value of saiondo.yaml', async () => {
  const directory = path.join(folder, 'yaml');
  fs.mkdirSync(directory);
  const yaml = fs.readFileSync(path.join(ROOT, 'saiondo.yaml'), 'utf8');
  fs.writeFileSync(
    path.join(directory, 'saiondo.yaml'),
    `${yaml.replace(/^project: .*$/m, 'project: "\\e]0;PWNED\\a\\e[2Jevil"')}\n"\\e[31mke\\ay": 1\n`,
  );
  const said = await saiondo(directory, 'status');
  expect(said).toContain('saiondo.yaml');
  expect(said).toContain('key');
  expect(said).not.toMatch(ACTS);
});

test.each([
  ['an action and its input', { stages: { Build: [{ name: `A${EVIL}`, input: `No${EVIL}pe` }] } }],
  ['a stage', { stages: { [`St${EVIL}`]: [{ name: 'A', commands: ['true'] }] } }],
  ['a pipeline', { name: `small${EVIL}`, stages: { Build: [{ name: 'A' }] } }],
])(
  '%s of an assembly',
  async (name, pipeline) => {
    const directory = path.join(folder, name.replaceAll(' ', '-'));
    await makeRepository(path.join(directory, 'repo'), { 'a.txt': 'a' });
    writeAssembly(path.join(directory, 'cdk.out'), pipeline);
    const said = await saiondo(
      directory,
      ...['rehearse', '--assembly', 'cdk.out', '--source', 'acme/shop=repo', '--list', '--no-containers'],
    );
    expect(said.length).toBeGreaterThan(40);
    expect(said).not.toMatch(ACTS);
  },
  30_000,
);

test.each([
  ['an option', ['rehearse', `--so${EVIL}`]],
  ['a command', [`sta${EVIL}tus`]],
  ['a source', ['rehearse', '--assembly', 'cdk.out', '--source', `x${EVIL}`]],
  ['a run', ['rehearse', '--resume', `x${EVIL}`, '--assembly', 'cdk.out']],
])('%s of the command line', async (_name, args) => {
  const said = await saiondo(folder, ...args.map((one) => one.replaceAll('\u0000', '')));
  expect(said.length).toBeGreaterThan(10);
  expect(said.replace(/\u001b\[\d+m/g, '')).not.toMatch(ACTS);
});
