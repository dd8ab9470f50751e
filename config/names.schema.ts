import { z } from 'zod';

/** An AWS account id. YAML reads twelve digits as a number and drops a leading zero, so it stands in quotes. */
export const accountId = z.string().regex(/^\d{12}$/, 'an AWS account id: 12 digits, in quotes');

/** A region of the commercial partition, by its form: China and GovCloud have partitions, endpoints and services of their own. */
export const regionName = z
  .string()
  .regex(
    /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|(north|south)?(east|west)|north|south)-\d$/,
    'an AWS region, such as ap-northeast-2',
  );

/** A secret's name or ARN (Secrets Manager User Guide, "CreateSecret": letters, digits and /_+=.@-). */
export const secretId = z
  .string()
  .regex(
    /^(arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@!-]+$/,
    'a secret’s name or ARN in Secrets Manager: never the secret itself',
  );

/** A key of KMS by its ARN. */
export const keyArn = z.string().regex(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key');

/** A number of days for which CloudWatch Logs keeps events (CloudWatch Logs API, "PutRetentionPolicy"). */
export const LOG_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
