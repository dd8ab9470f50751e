import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openIsolation } from '../../engine/isolation/open-isolation';
import type { Isolation } from '../../engine/ports/isolation';
import { Box, processesWith } from '../fixtures/box';
import { machineHas } from '../fixtures/requires';
import { writeWheel } from '../fixtures/wheel';

/** What a build tries to see, to change and to leave behind. All of it is tried in sandboxes, none of it is looked at in their code. */
const namespaced = machineHas('namespaces') ? test : test.skip;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-sandbox-'));
const person = path.join(root, 'person');
const ledger = path.join(root, 'state', 'ledger.json');
const mark = randomUUID();
let isolation: Isolation;
let PATH = '';
const boxes: Box[] = [];

beforeAll(async () => {
  for (const [file, text] of [
    ['.ssh/id_ed25519', mark],
    ['.aws/credentials', mark],
    ['.docker/config.json', mark],
    ['.gitconfig', mark],
    ['.cargo/credentials.toml', mark],
    ['.nvm/alias/deep/secret', mark],
    ['.nvm/versions/node/v1/bin/their-tool', '#!/bin/sh\necho their tool works\n'],
    ['.cargo/bin/their-cargo', '#!/bin/sh\necho their cargo works\n'],
  ] as const) {
    fs.mkdirSync(path.dirname(path.join(person, file)), { recursive: true });
    fs.writeFileSync(path.join(person, file), text, { mode: 0o755 });
  }
  fs.mkdirSync(path.dirname(ledger));
  fs.writeFileSync(ledger, mark);
  const bins = ['.nvm/versions/node/v1/bin', '.cargo/bin'].map((name) => path.join(person, name));
  PATH = [...bins, process.env.PATH].join(path.delimiter);
  isolation = await openIsolation({
    directory: path.join(root, 'isolation'),
    // One lies in another: a whiteout can hold none.
    hidden: [path.join(root, 'state'), path.join(person, '.nvm/alias'), path.join(person, '.nvm/alias/deep')],
    reads: [],
    person: { home: person, environment: { ...process.env, PATH } },
  });
});
afterAll(async () => {
  for (const box of boxes) await box.sandbox.close();
  fs.rmSync(root, { recursive: true, force: true });
});

const open = async (name: string, over: Parameters<typeof Box.open>[2] = {}): Promise<Box> => {
  const box = await Box.open(isolation, path.join(root, name), { environment: { PATH }, ...over });
  boxes.push(box);
  return box;
};

namespaced('it has namespaces here, all of them', () => {
  expect(isolation).toMatchObject({ kind: 'namespaces' });
  expect(isolation.limit).toBeUndefined();
});

namespaced('a build sees its source, and nothing of the person or the rehearsal', async () => {
  const box = await open('sees');
  fs.writeFileSync(path.join(box.source, 'mine.txt'), 'mine');
  const said = await box.run(`
    cat mine.txt
    for file in ${person}/.ssh/id_ed25519 ${person}/.aws/credentials ${person}/.docker/config.json ${person}/.gitconfig \\
      ${person}/.cargo/credentials.toml ${person}/.nvm/alias ${ledger} ~/.ssh ~/.aws /run/user /run/docker.sock /var/run/docker.sock /tmp/.X11-unix \\
      /run/dbus /etc/gshadow /var/lib/docker /sys/fs/cgroup /sys/kernel /dev/sda /dev/vda /dev/mem; do
      test -e "$file" && echo "SEEN $file"
    done
    grep -rs ${mark} / --include=id_ed25519 --include=credentials* --include=config.json --include=.gitconfig --include=ledger.json \\
      --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr
    ls ${path.dirname(__dirname)} 2> /dev/null; ls ${root}
    true`);
  expect(said.text).toBe('mineperson\nsees\n');
});

namespaced('toolchains below a home work, and nothing else of the home is there', async () => {
  const box = await open('toolchains');
  expect(await box.run(`their-tool; their-cargo; node -e 'console.log(6 * 7)'; ls -A ${person}`)).toMatchObject({
    text: 'their tool works\ntheir cargo works\n42\n.cargo\n.nvm\n',
    code: 0,
  });
});

namespaced(
  'a project below a toolchain of PATH: builds are kept apart, its programs work, the project is not there',
  async () => {
    const work = path.join(root, 'work');
    const bin = path.join(work, 'bin');
    fs.mkdirSync(bin, { recursive: true });
    fs.writeFileSync(path.join(bin, 'team-tool'), '#!/bin/sh\necho the team’s tool works\n', { mode: 0o755 });
    fs.mkdirSync(path.join(work, 'project/.saiondo'), { recursive: true });
    fs.writeFileSync(path.join(work, 'project/mine.txt'), mark);
    const below = await openIsolation({
      directory: path.join(work, 'project/.saiondo/isolation'),
      hidden: [path.join(work, 'project')],
      reads: [],
      person: { home: person, environment: { ...process.env, PATH: [bin, PATH].join(path.delimiter) } },
    });
    expect(below).toMatchObject({ kind: 'namespaces' });
    const box = await Box.open(below, path.join(work, 'project/.saiondo/build'), {
      environment: { PATH: [bin, PATH].join(path.delimiter) },
    });
    boxes.push(box);
    expect(await box.run(`team-tool; their-tool; cat ${work}/project/mine.txt 2> /dev/null; ls ${work}`)).toMatchObject(
      {
        text: 'the team’s tool works\ntheir tool works\nbin\nproject\n',
        code: 0,
      },
    );
  },
);

namespaced('a build sees no process but its own, and no variable of the engine', async () => {
  process.env.SAIONDO_TEST_TOKEN = mark;
  const box = await open('processes');
  const said = await box.run(
    'cat /proc/*/environ /proc/$PPID/environ 2> /dev/null; echo; ls /proc | grep -c "^[0-9]*$"; env',
  );
  delete process.env.SAIONDO_TEST_TOKEN;
  expect(said.text).not.toContain(mark);
  expect(Number(/^\d+$/m.exec(said.text)?.[0])).toBeLessThan(8);
});

namespaced('root inside is not root of this machine', async () => {
  const box = await open('root');
  const said = await box.run(`
    mount -t tmpfs none /opt 2> /dev/null && echo MOUNTED
    mknod /tmp/disk b 254 0 2> /dev/null && head -c 1 /tmp/disk && echo DISK
    (echo x > /proc/sys/kernel/core_pattern) 2> /dev/null && echo CORE
    (echo x > /proc/sysrq-trigger) 2> /dev/null && echo SYSRQ
    umount /proc/sys 2> /dev/null && echo UNMOUNTED
    kill -9 1; sleep 0; id -u; grep -c : /etc/shadow > /dev/null; grep -v ':\\*:' /etc/shadow`);
  expect(said.text).toBe('0\n');
});

namespaced('what a build writes to the system is gone with it', async () => {
  const files = ['/usr/local/bin', '/usr/bin', '/etc', '/opt', '/root'].map((folder) => `${folder}/saiondo-${mark}`);
  const first = await open('writes');
  const said = await first.run(`for file in ${files.join(' ')}; do echo changed > $file || exit 1; done
    mkdir -p ~/.cdk ~/.cargo /usr/local/lib/node_modules && touch ~/.cdk/cache ~/.cargo/config.toml
    printf '#!/bin/sh\\necho installed\\n' > /usr/local/bin/installed-${mark} && chmod +x /usr/local/bin/installed-${mark} && installed-${mark}`);
  expect(said).toMatchObject({ text: 'installed\n', code: 0 });
  const second = await open('writes-later');
  expect(
    (await second.run(`ls ${files.join(' ')} 2> /dev/null; command -v installed-${mark}; ls -A ~/.cdk`)).text,
  ).toMatch(/^ls: .*\.cdk/);
  await first.sandbox.close();
  expect(files.filter((file) => fs.existsSync(file))).toEqual([]);
  expect(fs.existsSync(path.join(first.folder, 'sandbox'))).toBe(false);
});

namespaced('pip installs, into a Python of the distribution too, and the machine’s stays as it was', async () => {
  const box = await open('pip');
  writeWheel(box.source, 'saiondo_probe');
  const pythons = ['python3', '/usr/bin/python3'].filter((one) => {
    try {
      execFileSync(one, ['-m', 'pip', '--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  expect(pythons).not.toEqual([]);
  for (const python of pythons) {
    const said = await box.run(
      `${python} -m pip install -q --no-index ./saiondo_probe-1-py3-none-any.whl && ${python} -c 'import saiondo_probe; print(saiondo_probe.SAYS)'`,
    );
    expect(said).toMatchObject({ text: expect.stringContaining('a wheel'), code: 0 });
    expect(() => execFileSync(python, ['-c', 'import saiondo_probe'], { stdio: 'ignore' })).toThrow();
    const other = await open(`pip-${pythons.indexOf(python)}`);
    expect((await other.run(`${python} -c 'import saiondo_probe'`)).code).toBe(1);
  }
});

namespaced('npm installs globally where no prefix is set, and the machine’s folder stays as it was', async () => {
  const box = await open('npm');
  fs.writeFileSync(
    path.join(box.source, 'package.json'),
    JSON.stringify({ name: `probe-${mark}`, version: '1.0.0', bin: 'x.js' }),
  );
  fs.writeFileSync(path.join(box.source, 'x.js'), '#!/usr/bin/env node\nconsole.log("global")\n');
  expect(
    await box.run(`npm pack --silent > /dev/null && npm install -g --offline --silent ./probe-*.tgz && probe-${mark}`),
  ).toMatchObject({
    text: 'global\n',
    code: 0,
  });
  const where = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim();
  expect(fs.existsSync(path.join(where, `probe-${mark}`))).toBe(false);
});

namespaced('two builds at once see nothing of each other', async () => {
  const [one, other] = await Promise.all([open('one'), open('other')]);
  await one.run(`echo x > /tmp/of-one; echo x > ~/of-one; sleep 100 & echo x > /usr/local/of-one`);
  const said = await other.run(
    `ls -A /tmp ~ /usr/local | grep of-one; ls ${one.source} 2> /dev/null; ps ax | grep '[s]leep 100'; true`,
  );
  expect(said.text).toBe('');
});

namespaced('whatever a build leaves running ends with it: sessions, double forks, what ignores signals', async () => {
  const box = await open('daemons');
  const said = await box.run(`
    setsid sh -c 'trap "" TERM HUP INT; exec sleep 1000.${process.pid}' &
    (setsid sh -c '(sleep 1001.${process.pid} &) &' &) &
    nohup sleep 1002.${process.pid} > /dev/null 2>&1 &
    sleep 1003.${process.pid} & disown 2> /dev/null; true`);
  expect(said.code).toBe(0);
  const left = (): number[] =>
    [1000, 1001, 1002, 1003].flatMap((seconds) => processesWith(`${seconds}.${process.pid}`));
  // They may still be on their way to `sleep`.
  for (let tries = 0; tries < 500 && left().length < 4; tries++) await new Promise((done) => setTimeout(done, 10));
  expect(left().length).toBe(4);
  await box.sandbox.close();
  expect(left()).toEqual([]);
});

namespaced('a daemon whose parent is gone leaves no zombie to wait for', async () => {
  const box = await open('zombies');
  const said = await box.run(`pid=$(setsid sh -c 'sleep 0.05 > /dev/null & echo $!')
    n=0; while kill -0 $pid 2> /dev/null && [ $n -lt 500 ]; do sleep 0.01; n=$((n + 1)); done; [ $n -lt 500 ] && echo gone`);
  expect(said.text).toBe('gone\n');
});

namespaced('exit codes and signals come through, and a signal meets the whole group', async () => {
  const box = await open('signals');
  expect(await box.run('exit 7')).toMatchObject({ code: 7 });
  expect(await box.run('kill -KILL $$')).toMatchObject({ signal: 'SIGKILL' });
  const child = box.sandbox.spawn(
    '/bin/sh',
    ['-c', 'trap "echo heard; exit 3" TERM; sh -c "echo up; exec sleep 100" & wait'],
    {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let said = '';
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    if (said === 'up\n') box.sandbox.signal(child, 'SIGTERM');
  });
  expect(await ended).toBe(3);
  expect(said).toBe('up\nheard\n');
});

namespaced('a library that a build preloads is loaded into its programs only', async () => {
  const box = await open('preload', { environment: { PATH, LD_PRELOAD: '/no/such/library.so' } });
  const said = await box.run(':');
  expect(said.text.match(/cannot be preloaded/g)).toHaveLength(1);
});

namespaced('the socket of the container engine is for privileged projects', async () => {
  const socket = '/run/docker.sock';
  const here = fs.existsSync(socket);
  const text = `test -S ${socket} && echo socket; true`;
  expect((await (await open('unprivileged')).run(text)).text).toBe('');
  expect((await (await open('privileged', { containerEngine: true })).run(text)).text).toBe(here ? 'socket\n' : '');
});
