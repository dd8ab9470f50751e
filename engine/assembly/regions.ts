import * as fs from 'node:fs';
import { SaiondoError } from '../../model/errors';
import { closest } from '../../model/nearest';

/** Every region of every partition (botocore, `partitions.json`, of November 2026). A test holds it against the CDK's own list. */
export const REGIONS: readonly string[] = [
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1'],
  ...['ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5'],
  ...['ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'eu-central-1', 'eu-central-2', 'eu-north-1'],
  ...['eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1', 'me-central-1', 'me-south-1'],
  ...['me-west-1', 'mx-central-1', 'sa-east-1', 'sa-west-1', 'us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
  ...['cn-north-1', 'cn-northwest-1', 'eusc-de-east-1', 'us-gov-east-1', 'us-gov-west-1', 'us-iso-east-1'],
  ...['us-iso-west-1', 'us-isob-east-1', 'us-isob-west-1', 'eu-isoe-west-1', 'us-isof-east-1', 'us-isof-south-1'],
];

/**
 * Refuses a region that AWS has not: on AWS no endpoint answers there, and what the endpoint here says of it explains nothing.
 * @param written the manifest that puts a stack there, and the stack's artifact; without it the person has given the region
 * @throws SaiondoError `REGION_UNKNOWN` with the line and the nearest region
 */
export function refuseUnknownRegion(region: string, written?: { manifest: string; artifact: string }): void {
  if (REGIONS.includes(region)) return;
  // Of the same part of the world, where there is one.
  const near = REGIONS.filter((one) => one.split('-')[0] === region.split('-')[0]);
  const nearest = closest(region, near.length > 0 ? near : REGIONS);
  if (!written)
    throw new SaiondoError(`AWS has no region ${region}; did you mean ${nearest}?`, {
      code: 'REGION_UNKNOWN',
      next: `--region ${nearest}, or \`region: ${nearest}\` in .saiondo/inputs.yaml`,
    });
  const { manifest, artifact } = written;
  const lines = fs.readFileSync(manifest, 'utf8').split('\n');
  const start = lines.findIndex((text) => text.includes(`"${artifact}"`));
  const line = lines.findIndex((text, at) => at >= start && text.includes(`/${region}"`)) + 1;
  throw new SaiondoError(
    `AWS has no region ${region}, where the app puts the stack ${artifact}; did you mean ${nearest}?`,
    {
      code: 'REGION_UNKNOWN',
      where: { file: manifest, ...(line > 0 ? { line } : {}), path: `artifacts.${artifact}.environment` },
      next: 'change `env.region` of that stack in the app, and synthesize it again',
    },
  );
}
