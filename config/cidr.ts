/** First and last address of an IPv4 range, as numbers. */
function range(cidr: string): readonly [number, number] {
  const [address = '', bits = '32'] = cidr.split('/');
  const start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(start / size) * size;
  return [first, first + size - 1];
}

/** Whether two IPv4 ranges share an address. */
export function overlaps(a: string, b: string): boolean {
  const [firstA, lastA] = range(a);
  const [firstB, lastB] = range(b);
  return firstA <= lastB && firstB <= lastA;
}

/** Whether every part is a byte and the range begins at its own first address: EC2 would silently move it there, and nobody knows where it is. */
export function isAligned(cidr: string): boolean {
  const [address = ''] = cidr.split('/');
  const parts = address.split('.').map(Number);
  return parts.every((part) => part <= 255) && parts.reduce((sum, part) => sum * 256 + part, 0) === range(cidr)[0];
}
