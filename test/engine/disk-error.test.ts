import * as os from 'node:os';
import * as path from 'node:path';
import { diskError, isDiskError } from '../../engine/files/disk-error';

test.each([
  ['ENOSPC', 'DISK_FULL', 'is full'],
  ['EDQUOT', 'DISK_FULL', 'quota'],
  ['EROFS', 'DISK_READ_ONLY', 'read-only'],
  ['EACCES', 'DISK_DENIED', 'does not let you write'],
  ['EMFILE', 'TOO_MANY_FILES', 'too many files'],
])('%s is a sentence that says where and how the run is continued', (code, known, says) => {
  const cause = Object.assign(new Error(`${code}: write`), { code });
  const error = diskError(cause, path.join(os.tmpdir(), 'events.jsonl'), 'the event log');
  expect(isDiskError(cause)).toBe(true);
  expect(error).toMatchObject({ code: known, cause, next: expect.stringContaining('--resume') as string });
  expect(error.message).toContain('cannot write the event log');
  expect(error.message).toContain(says);
});

test('an error that is no disk’s stays what it is', () => {
  const cause = new TypeError('a mistake');
  expect(isDiskError(cause)).toBe(false);
  expect(diskError(cause, '/tmp')).toBe(cause);
});
