import type { ReportGroup } from '@aws-sdk/client-codebuild';
import { z } from 'zod';
import { ApiError } from '../protocol/api-error';
import { page } from '../protocol/paging';
import type { ApiSources } from '../protocol/sources';
import { operation, type Caller, type Operation } from '../protocol/service';
import { buildsOf, openBuild, type KnownBuild } from './build-records';
import { groupName, reportArn, reportGroupArn, reportShape } from './codebuild-shapes';

const INVALID = 'InvalidInputException';
const PAGE = 100;
/** The values of GetReportGroupTrend: of tests, and of coverage (CodeBuild API Reference, GetReportGroupTrend). */
const TREND_FIELDS = [
  'PASS_RATE',
  'DURATION',
  'TOTAL',
  'LINE_COVERAGE',
  'LINES_COVERED',
  'LINES_MISSED',
  'BRANCH_COVERAGE',
  'BRANCHES_COVERED',
  'BRANCHES_MISSED',
] as const;

/** A report, and the build that made it. */
interface Made {
  readonly arn: string;
  readonly group: string;
  readonly shape: ReturnType<typeof reportShape>;
}

/** CodeBuild's operations over all reports of a group: the list, the groups themselves, and how their figures went over the runs. */
export function reportGroupReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  const builds = (caller: Caller): KnownBuild[] => buildsOf(runs, ledger(), caller);
  /** Newest first. */
  const reports = (of: readonly KnownBuild[]): Made[] =>
    of.flatMap((known) => {
      const { build } = openBuild(runs, known);
      return build.reports.map((report) => ({
        arn: reportArn(known, report, known.uuid),
        group: reportGroupArn(known, report.group),
        shape: reportShape(known, build, report),
      }));
    });
  const reporting = (caller: Caller, group?: string): Made[] =>
    reports(
      builds(caller).filter((one) =>
        one.reportGroups.some((name) => group === undefined || groupName(name) === groupName(group)),
      ),
    ).filter((one) => group === undefined || groupName(one.group) === groupName(group));

  return {
    ListReports: operation(
      z.object({
        sortOrder: z.enum(['ASCENDING', 'DESCENDING']).optional(),
        nextToken: z.string().optional(),
        maxResults: z.number().int().min(1).max(100).optional(),
        filter: z.object({ status: z.string().optional() }).optional(),
      }),
      (input, caller) => {
        const found = reporting(caller).filter(
          (one) => !input.filter?.status || one.shape.status === input.filter.status,
        );
        if (input.sortOrder === 'ASCENDING') found.reverse();
        const cut = page(found, (one) => one.arn, {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { reports: cut.items.map((one) => one.arn), nextToken: cut.nextToken };
      },
    ),

    BatchGetReportGroups: operation(
      z.object({ reportGroupArns: z.array(z.string().min(1)).min(1).max(100) }),
      (input, caller) => {
        const all = builds(caller);
        const find = (arn: string): ReportGroup | undefined => {
          const of = all.filter((one) => one.reportGroups.some((name) => reportGroupArn(one, name) === arn));
          if (of.length === 0) return undefined;
          const first = reports(of).filter((one) => one.group === arn);
          return {
            arn,
            name: groupName(arn),
            type: first[0]?.shape.type ?? 'TEST',
            exportConfig: { exportConfigType: 'NO_EXPORT' },
            created: first.at(-1)?.shape.created,
            lastModified: first[0]?.shape.created,
            status: 'ACTIVE',
          };
        };
        const found = input.reportGroupArns.map((arn) => [arn, find(arn)] as const);
        return {
          reportGroups: found.flatMap(([, one]) => one ?? []),
          reportGroupsNotFound: found.flatMap(([arn, one]) => (one ? [] : [arn])),
        };
      },
    ),

    GetReportGroupTrend: operation(
      z.object({
        reportGroupArn: z.string().min(1),
        numOfReports: z.number().int().min(1).max(100).optional(),
        trendField: z.enum(TREND_FIELDS),
      }),
      (input, caller) => {
        const found = reporting(caller, input.reportGroupArn).slice(0, input.numOfReports ?? PAGE);
        if (found.length === 0)
          throw new ApiError('ResourceNotFoundException', `Report group ${input.reportGroupArn} does not exist`);
        const rawData = found.flatMap(({ arn, shape }) => {
          const value = valueOf(shape, input.trendField);
          return value === undefined ? [] : [{ reportArn: arn, data: String(value) }];
        });
        const numbers = rawData.map((one) => Number(one.data));
        return {
          rawData,
          ...(numbers.length > 0
            ? {
                stats: {
                  average: String(numbers.reduce((sum, one) => sum + one, 0) / numbers.length),
                  max: String(Math.max(...numbers)),
                  min: String(Math.min(...numbers)),
                },
              }
            : {}),
        };
      },
    ),
  };
}

/** A report's figure of a trend; undefined where reports of its kind have none, or a rehearsal does not count it. */
function valueOf(report: Made['shape'], field: (typeof TREND_FIELDS)[number]): number | undefined {
  const { testSummary, codeCoverageSummary } = report;
  switch (field) {
    case 'PASS_RATE': {
      const total = testSummary?.total ?? 0;
      return total > 0 ? ((testSummary?.statusCounts?.SUCCEEDED ?? 0) / total) * 100 : undefined;
    }
    case 'DURATION':
      return testSummary?.durationInNanoSeconds;
    case 'TOTAL':
      return testSummary?.total;
    case 'LINE_COVERAGE':
      return codeCoverageSummary?.lineCoveragePercentage;
    case 'BRANCH_COVERAGE':
      return codeCoverageSummary?.branchCoveragePercentage;
    default:
      return undefined;
  }
}
