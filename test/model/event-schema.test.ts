import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { longRun } from '../commands/long-run';
import { framed, ROLLED_BACK } from '../views/rolled-back-run';
import { eventProblems } from './event-schema';

const ROOT = path.join(__dirname, '../..');

test('docs/events.schema.json is what the events’ types say (npm run docs:events writes it)', async () => {
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-schema-')), 'schema.json');
  const options = ['--path', 'model/events.ts', '--type', 'RunEvent', '--tsconfig', 'tsconfig.json', '--no-type-check'];
  await execa('npx', ['ts-json-schema-generator', ...options, '--out', out], { cwd: ROOT });
  const documented = fs.readFileSync(path.join(ROOT, 'docs/events.schema.json'), 'utf8');
  expect(JSON.parse(fs.readFileSync(out, 'utf8'))).toEqual(JSON.parse(documented));
  fs.rmSync(path.dirname(out), { recursive: true });
}, 180_000);

test('events pass the schema; one with a field too many, or without one, does not', () => {
  const events = [...longRun(1), ...framed(ROLLED_BACK)];
  expect(events.flatMap(eventProblems)).toEqual([]);
  expect(eventProblems({ ...events[0], colour: 'red' } as object)).toHaveLength(1);
  expect(eventProblems({ v: 1, sequence: 1, time: '', kind: 'run.resumed' } as object)).toHaveLength(1);
});
