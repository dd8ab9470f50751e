import { formatLocation, SaiondoError } from '../../model/errors';

test('a location names file, line, column and the path inside the file, as far as they are known', () => {
  expect(formatLocation({ file: 'saiondo.yaml', line: 3, column: 5, path: 'pipeline.account' })).toBe(
    'saiondo.yaml:3:5 (pipeline.account)',
  );
  expect(formatLocation({ file: 'buildspecs/api.yml' })).toBe('buildspecs/api.yml');
});

test('an error is the user’s to fix unless it says otherwise, and keeps its cause', () => {
  const cause = new Error('ENOENT');
  const error = new SaiondoError('no such file', { code: 'FILE_MISSING', next: 'create it', cause });
  expect(error).toMatchObject({ code: 'FILE_MISSING', source: 'user', next: 'create it', cause });
});
