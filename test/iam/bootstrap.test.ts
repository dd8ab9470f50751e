import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseTemplate } from '../../engine/cloudformation/template/template-file';
import { ROOT } from '../setup/paths';

const OURS = path.join(ROOT, 'engine/iam/bootstrap/bootstrap-template.json');

test('the bootstrap template is that of the pinned CDK', () => {
  const file = path.join(ROOT, 'node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml');
  const pinned = parseTemplate(fs.readFileSync(file, 'utf8'), file);
  if (process.env.SAIONDO_WRITE) fs.writeFileSync(OURS, `${JSON.stringify(pinned, null, 2)}\n`);
  expect(JSON.parse(fs.readFileSync(OURS, 'utf8'))).toEqual(pinned);
});
