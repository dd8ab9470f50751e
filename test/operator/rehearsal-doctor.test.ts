import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { checkRehearsalTools } from '../../operator/doctor/rehearsal-tools';

// Tools of a machine as they may be: scripts that answer as the real ones do.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-doctor-'));
const before = process.env.PATH;
afterEach(() => {
  process.env.PATH = before;
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function machine(tools: Readonly<Record<string, string>>): void {
  const bin = fs.mkdtempSync(path.join(root, 'bin-'));
  for (const [name, script] of Object.entries(tools))
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = bin;
}

test('Docker without the permission to use it is said, with the group to join', async () => {
  machine({
    docker:
      'echo "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock" >&2; exit 1',
    python3: 'echo 3.12',
    unshare: 'exit 0',
  });
  const findings = await checkRehearsalTools(path.join(root, 'new'));
  expect(findings[0]).toMatchObject({ status: 'warning', fix: expect.stringContaining('usermod -aG docker') });
  expect(findings.filter((one) => one.status === 'error')).toEqual([]);
});

test('a machine with nothing: what has to be there is an error, the rest is named as not rehearsed, each with its remedy', async () => {
  machine({});
  const findings = await checkRehearsalTools(path.join(root, 'new'));
  const bad = findings.filter((one) => one.status !== 'ok');
  expect(bad.map((one) => one.text).join('\n')).toMatch(
    /Docker and Podman are missing[\s\S]*python3 is missing[\s\S]*Flutter is missing/,
  );
  for (const one of bad) expect(one.fix ?? 'none').not.toBe('none');
  expect(findings.find((one) => one.text.startsWith('python3'))?.status).toBe('error');
});
