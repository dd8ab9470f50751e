/**
 * `Fn::Cidr`: `count` ranges of 2^`bits` addresses each, from the start of an IPv4 or IPv6 block (CloudFormation User Guide, "Fn::Cidr").
 * @returns the ranges, or what is wrong with the arguments
 */
export function cidr(block: string, count: number, bits: number): string[] | string {
  const [address = '', prefix = ''] = block.split('/');
  const six = address.includes(':');
  const width = six ? 128 : 32;
  const start = six ? parseIpv6(address) : parseIpv4(address);
  const length = Number(prefix);
  if (start === undefined || prefix === '' || !(length >= 0 && length <= width)) {
    return `${block} is not a valid CIDR block`;
  }
  if (!Number.isInteger(count) || count < 1 || count > 256) return 'the count is a number from 1 to 256';
  if (!Number.isInteger(bits) || bits < 1 || bits > width) return `the subnet bits are a number from 1 to ${width}`;
  const size = 1n << BigInt(bits);
  const base = (start >> BigInt(width - length)) << BigInt(width - length);
  if (size * BigInt(count) > 1n << BigInt(width - length)) {
    return `not enough room in ${block} for ${count} ranges of ${bits} subnet bits`;
  }
  return Array.from({ length: count }, (_, i) => {
    const at = base + BigInt(i) * size;
    return `${six ? formatIpv6(at) : formatIpv4(at)}/${width - bits}`;
  });
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail] = text.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** The longest run of zero groups is left out (RFC 5952). */
function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - i * 16)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(^|:)0(:0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (!longest) return text;
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length);
  return `${before}::${after.replace(/^:/, '')}`;
}
