import * as path from 'node:path';
import execa from 'execa';
import { seededFailures } from '../../bench/seeded/failure';
import { testFailures } from './seeded';

// The command line that is asked is the built one.
beforeAll(() => execa('npm', ['run', '--silent', 'build'], { cwd: path.join(__dirname, '../..') }), 120_000);
testFailures(
  seededFailures().filter((failure) => failure.quick),
  300_000,
);
