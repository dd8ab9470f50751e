import * as fs from 'node:fs';
import execa from 'execa';
import { API_PAGE, withApi } from '../../scripts/api-page';

test('docs/api.md has every export as its type is now: npm run docs:api', async () => {
  const page = fs.readFileSync(API_PAGE, 'utf8');
  const { stdout } = await execa('prettier', ['--stdin-filepath', API_PAGE], {
    input: withApi(page),
    preferLocal: true,
    stripFinalNewline: false,
  });
  expect(page).toBe(stdout);
});
