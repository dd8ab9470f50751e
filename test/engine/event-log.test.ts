import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { EventLog, readRun } from '../../engine/runs/event-log';
import { takeLock } from '../../engine/host/lock';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-log-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

test('a torn last line is cut off and the log continues without a gap', () => {
  const file = path.join(root, 'events.jsonl');
  const first = new EventLog(file);
  first.emit({ kind: 'message', level: 'info', text: 'one' });
  first.close();
  fs.appendFileSync(file, '{"v":1,"sequence":2,"ki');
  const second = new EventLog(file);
  second.emit({ kind: 'message', level: 'info', text: 'two' });
  second.close();
  expect(readRun(file).messages.map((message) => message.text)).toEqual(['one', 'two']);
  expect(readRun(file).sequence).toBe(2);
});

test('two engines never share a folder; the lock of one that is gone is taken over', () => {
  const file = path.join(root, 'lock');
  const unlock = takeLock(file);
  expect(() => takeLock(file)).toThrow(`A rehearsal is already running in this folder (process ${process.pid})`);
  unlock();
  fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1 }));
  takeLock(file)();
  expect(fs.existsSync(file)).toBe(false);
});
