import { isAligned, overlaps } from '../../config/cidr';
import { cidr } from '../../engine/text/cidr';

test.each([
  ['10.0.0.0/16', 3, 8, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
  // The block's own first address counts, not the one that is written.
  ['10.0.5.7/16', 1, 8, ['10.0.0.0/24']],
  ['255.255.255.0/24', 2, 7, ['255.255.255.0/25', '255.255.255.128/25']],
  ['2001:db8::/56', 2, 64, ['2001:db8::/64', '2001:db8:0:1::/64']],
  ['::/0', 2, 127, ['::/1', '8000::/1']],
])('Fn::Cidr of %s, %i ranges of %i bits', (block, count, bits, ranges) => {
  expect(cidr(block, count, bits)).toEqual({ ranges });
});

test.each([
  ['10.0.0.0', 1, 8, '10.0.0.0 is not a valid CIDR block'],
  ['10.0.0.256/24', 1, 8, '10.0.0.256/24 is not a valid CIDR block'],
  ['10.0.0.0/33', 1, 8, '10.0.0.0/33 is not a valid CIDR block'],
  ['2001::db8::/56', 1, 8, '2001::db8::/56 is not a valid CIDR block'],
  ['10.0.0.0/24', 257, 1, 'the count is a number from 1 to 256'],
  ['10.0.0.0/24', 1, 33, 'the subnet bits are a number from 1 to 32'],
  ['10.0.0.0/24', 3, 7, 'not enough room in 10.0.0.0/24 for 3 ranges of 7 subnet bits'],
])('Fn::Cidr refuses %s, %i, %i', (block, count, bits, problem) => {
  expect(cidr(block, count, bits)).toEqual({ problem });
});

test('networks overlap where one holds the other', () => {
  expect(overlaps('10.10.0.0/16', '10.10.128.0/20')).toBe(true);
  expect(overlaps('10.10.128.0/20', '10.10.0.0/16')).toBe(true);
  expect(overlaps('10.10.0.0/16', '10.11.0.0/16')).toBe(false);
});

test('a range begins at its own first address', () => {
  expect(['10.10.0.0/16', '10.10.0.1/16', '10.300.0.0/16'].map(isAligned)).toEqual([true, false, false]);
});
