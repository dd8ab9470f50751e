import { seededFailures } from '../../bench/seeded/failure';
import { testFailures } from './seeded';

testFailures(
  seededFailures().filter((failure) => failure.quick),
  300_000,
);
