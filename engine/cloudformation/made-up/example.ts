import { partitionOf } from '../template/intrinsics';
import { fill, type Filling } from './seeded';

const REGION = /\b(?:us|eu|ap|ca|sa|me|af|il|cn)(?:-gov)?-(?:central|(?:north|south)?(?:east|west)?)-\d\b/g;

/**
 * A value that looks like an example of AWS's documentation: its account and region are the resource's, its random parts are the resource's own,
 * what is named like an example is the resource's name. `https://abcdef.execute-api.us-west-2.amazonaws.com` →
 * `https://k3f9ab.execute-api.eu-west-1.amazonaws.com`.
 */
export function likeExample(example: string, filling: Filling): string {
  const { account, region } = filling.address;
  const { partition } = partitionOf(region);
  let used = 0;
  return example
    .replace(/<region>|\[region\]/g, region)
    .replace(/^arn:(aws|<partition>):/, `arn:${partition}:`)
    .replace(REGION, region)
    .replace(/\b\d{12}\b|account-id|<accountId>/g, account)
    .split(/([:/.])/)
    .map((part) => {
      if (part === region || part === account || part === partition) return part;
      if (/[0-9a-f]{8}-[0-9a-f]{4}-/i.test(part))
        return part.replace(/[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-.*$/, fill('{uuid}', filling));
      if (/^(my|example|mystack|doc-example)/i.test(part)) return filling.name;
      const [, prefix = '', random = ''] = /^([a-z]+-)?([A-Za-z0-9]*\d[A-Za-z0-9]*)$/.exec(part) ?? [];
      if (random.length < 6 || /^\d{4}$/.test(random)) return part;
      const kind = /^[0-9a-f]+$/.test(random) ? 'hex' : /^[0-9A-Z]+$/.test(random) ? 'UP' : 'low';
      return `${prefix}${fill(`{${kind}:${random.length}:${used++ || ''}}`, filling)}`;
    })
    .join('');
}
