import type { Aws, Place } from '../aws';
import { pages } from '../paging';
import { look, type Finding } from './finding.shape';

/** A quota that the stacks need at least so much of. */
export interface NeededQuota {
  readonly place: Place;
  /** Service Quotas' code of the service: `vpc`. */
  readonly service: string;
  /** The quota's name as Service Quotas has it. */
  readonly quota: string;
  readonly needed: number;
  readonly why: string;
}

/**
 * Whether an account's quotas are as high as the stacks need. What others use of them is not counted: a quota that is just enough is
 * enough for an account of its own.
 */
export async function checkQuotas(aws: Aws<'listServiceQuotas'>, needs: readonly NeededQuota[]): Promise<Finding[]> {
  const check = 'quotas';
  const groups = new Map<string, NeededQuota[]>();
  for (const one of needs) {
    const key = `${one.place.account}/${one.place.region}/${one.service}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const found = await Promise.all(
    [...groups].map(([key, wanted]) =>
      look(check, `the quotas of ${key}`, async () => {
        const [{ place, service }] = wanted as [NeededQuota, ...NeededQuota[]];
        const values = new Map<string, { value: number; code: string }>();
        for await (const { Quotas } of quotaPages(aws(place), service))
          for (const quota of Quotas ?? [])
            values.set(quota.QuotaName ?? '', { value: quota.Value ?? 0, code: quota.QuotaCode ?? '' });
        return wanted.map((one): Finding => {
          const quota = values.get(one.quota);
          const of = `${one.quota} of ${place.account}`;
          if (!quota) return { check, status: 'unknown', text: `${of}: Service Quotas does not list it` };
          if (quota.value >= one.needed)
            return { check, status: 'ok', text: `${of}: ${quota.value}, needed ${one.needed}` };
          return {
            check,
            status: 'error',
            text: `${of} is ${quota.value}; ${one.why} need ${one.needed}`,
            fix: `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${quota.code} --desired-value ${one.needed} --region ${place.region}`,
          };
        });
      }),
    ),
  );
  return found.flat();
}

function quotaPages(aws: Pick<ReturnType<Aws<'listServiceQuotas'>>, 'listServiceQuotas'>, ServiceCode: string) {
  return pages(async ({ nextToken }: { nextToken?: string }) => {
    const { Quotas, NextToken } = await aws.listServiceQuotas({
      ServiceCode,
      ...(nextToken ? { NextToken: nextToken } : {}),
    });
    return { Quotas, ...(NextToken ? { nextToken: NextToken } : {}) };
  }, {});
}
