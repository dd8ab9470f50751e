import { seededFailures } from '../../bench/seeded/failure';
import { testFailures } from './seeded';

testFailures(seededFailures(), 600_000);
