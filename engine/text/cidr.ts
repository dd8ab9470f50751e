import { Address4, Address6 } from 'ip-address';

/** What came of `Fn::Cidr`: the ranges, or what is wrong with its arguments. */
export type CidrResult = { readonly ranges: readonly string[] } | { readonly problem: string };

/**
 * `Fn::Cidr`: `count` ranges of 2^`bits` addresses each, from the start of an IPv4 or IPv6 block (CloudFormation User Guide, "Fn::Cidr").
 */
export function cidr(block: string, count: number, bits: number): CidrResult {
  const six = block.includes(':');
  if (!block.includes('/') || !(six ? Address6 : Address4).isValid(block))
    return { problem: `${block} is not a valid CIDR block` };
  const width = six ? 128 : 32;
  const range = six ? new Address6(block) : new Address4(block);
  if (!Number.isInteger(count) || count < 1 || count > 256) return { problem: 'the count is a number from 1 to 256' };
  if (!Number.isInteger(bits) || bits < 1 || bits > width)
    return { problem: `the subnet bits are a number from 1 to ${width}` };
  const size = 1n << BigInt(bits);
  if (size * BigInt(count) > 1n << BigInt(width - range.subnetMask))
    return { problem: `not enough room in ${block} for ${count} ranges of ${bits} subnet bits` };
  const start = range.startAddress().bigInt();
  const at = (address: bigint): string =>
    six ? Address6.fromBigInt(address).correctForm() : Address4.fromInteger(Number(address)).correctForm();
  return { ranges: Array.from({ length: count }, (_, i) => `${at(start + BigInt(i) * size)}/${width - bits}`) };
}
