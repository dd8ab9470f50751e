import * as fs from 'node:fs';
import { PAGE, withShapes } from '../../scripts/operator-shapes';

test('docs/operator.md has the shapes as they are (npm run docs:operator writes them)', () => {
  const page = fs.readFileSync(PAGE, 'utf8');
  expect(page).toBe(withShapes(page));
});
