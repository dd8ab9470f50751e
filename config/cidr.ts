import { Address4 } from 'ip-address';

/** Whether two IPv4 ranges share an address: of two ranges, one holds the other or they share nothing. */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = [new Address4(a), new Address4(b)];
  return first.isInSubnet(second) || second.isInSubnet(first);
}

/** Whether the range begins at its own first address: EC2 would silently move it there, and nobody knows where it is. */
export function isAligned(cidr: string): boolean {
  if (!Address4.isValid(cidr)) return false;
  const range = new Address4(cidr);
  return range.correctForm() === range.startAddress().correctForm();
}
