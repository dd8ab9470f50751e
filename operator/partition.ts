/** The partition of a region: `aws`, `aws-cn`, `aws-us-gov` (AWS General Reference, "Amazon Resource Names"). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** The console's host of a region's partition. */
export function consoleOf(region: string): string {
  const host = {
    aws: 'console.aws.amazon.com',
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  };
  return `https://${region}.${host[partitionOf(region) as keyof typeof host]}`;
}
