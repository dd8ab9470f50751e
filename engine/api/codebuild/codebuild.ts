import * as fs from 'node:fs';
import { z } from 'zod';
import type { ReportSummary } from '../../../model/events';
import type { BuildState } from '../../../model/run-state';
import type { Coverage } from '../../codebuild/reports/coverage-formats';
import { ApiError } from '../protocol/api-error';
import { codeCoverages } from './code-coverages';
import { buildsOf, openBuild, runFile, type KnownBuild } from './build-records';
import {
  buildShape,
  projectShape,
  reportArn,
  reportShape,
  groupName,
  reportGroupArn,
  testCase,
  type StoredCase,
} from './codebuild-shapes';
import type { ResourceOfStack } from '../../ports/ledger';
import type { ApiSources } from '../protocol/sources';
import { page } from '../protocol/paging';
import { operation, sees, type Caller, type Operation } from '../protocol/service';

const INVALID = 'InvalidInputException';
/** CodeBuild lists at most so many names or ids at once (API Reference, ListBuilds, ListProjects). */
const PAGE = 100;
const token = z.string().optional();
const sortOrder = z.enum(['ASCENDING', 'DESCENDING']).optional();
const names = z.array(z.string().min(1)).min(1).max(100);

/** CodeBuild's operations that read: projects as they are deployed, builds and reports of the runs. */
export function codeBuildReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  const projects = (caller: Caller): ResourceOfStack[] =>
    ledger()
      .resources('AWS::CodeBuild::Project')
      .filter((one) => sees(caller, one.stack));
  const builds = (caller: Caller): KnownBuild[] => buildsOf(runs, ledger(), caller);
  /** A page of build ids; CodeBuild lists the newest first unless asked otherwise. */
  const ids = (
    list: readonly KnownBuild[],
    input: { sortOrder?: string | undefined; nextToken?: string | undefined },
  ): object => {
    const ordered = input.sortOrder === 'ASCENDING' ? [...list].reverse() : list;
    const { items, nextToken } = page(ordered, (one) => one.buildId, {
      size: PAGE,
      token: input.nextToken,
      code: INVALID,
    });
    return { ids: items.map((one) => one.buildId), nextToken };
  };
  const reports = (of: readonly KnownBuild[]): FoundReport[] =>
    of.flatMap((known) => {
      const { build } = openBuild(runs, known);
      return build.reports.map((report) => ({ known, build, report, arn: reportArn(known, report, known.uuid) }));
    });
  /** The reports of an ARN's build alone: the others' runs stay closed. */
  const reportsNamed = (caller: Caller, arns: readonly string[]): FoundReport[] => {
    const uuids = new Set(arns.map((arn) => arn.slice(arn.lastIndexOf(':') + 1)));
    return reports(builds(caller).filter((one) => uuids.has(one.uuid))).filter((one) => arns.includes(one.arn));
  };

  return {
    ListProjects: operation(
      z.object({
        sortBy: z.enum(['NAME', 'CREATED_TIME', 'LAST_MODIFIED_TIME']).optional(),
        sortOrder,
        nextToken: token,
      }),
      (input, caller) => {
        const sorted = projects(caller).sort((a, b) =>
          input.sortBy === undefined || input.sortBy === 'NAME'
            ? a.physicalId.localeCompare(b.physicalId)
            : a.stack.updatedAt.localeCompare(b.stack.updatedAt),
        );
        if (input.sortOrder === 'DESCENDING') sorted.reverse();
        const { items, nextToken } = page(sorted, (one) => one.physicalId, {
          size: PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { projects: items.map((one) => one.physicalId), nextToken };
      },
    ),

    BatchGetProjects: operation(z.object({ names }), (input, caller) => {
      const all = projects(caller);
      // A project is named by its name or its ARN (API Reference, BatchGetProjects).
      const find = (name: string): ResourceOfStack | undefined =>
        all.find((one) => one.physicalId === name.replace(/^arn:[^:]*:codebuild:[^:]*:\d{12}:project\//, ''));
      return {
        projects: input.names.flatMap((name) => find(name) ?? []).map(projectShape),
        projectsNotFound: input.names.filter((name) => !find(name)),
      };
    }),

    ListBuilds: operation(z.object({ sortOrder, nextToken: token }), (input, caller) => ids(builds(caller), input)),

    ListBuildsForProject: operation(
      z.object({ projectName: z.string().min(1), sortOrder, nextToken: token }),
      (input, caller) => {
        const own = builds(caller).filter((one) => one.project === input.projectName);
        if (own.length === 0 && !projects(caller).some((one) => one.physicalId === input.projectName))
          throw new ApiError(
            'ResourceNotFoundException',
            `The provided project name ${input.projectName} does not exist`,
          );
        return ids(own, input);
      },
    ),

    BatchGetBuilds: operation(z.object({ ids: names }), (input, caller) => {
      const all = new Map(builds(caller).map((one) => [one.buildId, one]));
      const of = projects(caller);
      // A build is named by its id or its ARN (API Reference, BatchGetBuilds).
      const find = (id: string): KnownBuild | undefined =>
        all.get(id.replace(/^arn:[^:]*:codebuild:[^:]*:\d{12}:build\//, ''));
      return {
        builds: input.ids.flatMap((id) => {
          const known = find(id);
          if (!known) return [];
          const { run, build } = openBuild(runs, known);
          const project = of.find((one) => one.physicalId === known.project && one.stack.account === known.account);
          return [buildShape(known, run, build, project, runs.isLive(known.run))];
        }),
        buildsNotFound: input.ids.filter((id) => !find(id)),
      };
    }),

    ListReportGroups: operation(
      z.object({
        sortOrder,
        sortBy: z.string().optional(),
        nextToken: token,
        maxResults: z.number().int().min(1).max(100).optional(),
      }),
      (input, caller) => {
        const groups = [
          ...new Set(builds(caller).flatMap((one) => one.reportGroups.map((group) => reportGroupArn(one, group)))),
        ].sort();
        if (input.sortOrder === 'DESCENDING') groups.reverse();
        const { items, nextToken } = page(groups, (one) => one, {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { reportGroups: items, nextToken };
      },
    ),

    ListReportsForReportGroup: operation(
      z.object({
        reportGroupArn: z.string().min(1),
        sortOrder,
        nextToken: token,
        maxResults: z.number().int().min(1).max(100).optional(),
        filter: z
          .object({ status: z.enum(['GENERATING', 'SUCCEEDED', 'FAILED', 'INCOMPLETE', 'DELETING']).optional() })
          .optional(),
      }),
      (input, caller) => {
        const group = groupName(input.reportGroupArn);
        const reporting = builds(caller).filter((one) => one.reportGroups.some((name) => groupName(name) === group));
        if (reporting.length === 0)
          throw new ApiError('ResourceNotFoundException', `Report group ${input.reportGroupArn} does not exist`);
        const found = reports(reporting).filter(
          (one) =>
            groupName(one.report.group) === group &&
            (!input.filter?.status || reportShape(one.known, one.build, one.report).status === input.filter.status),
        );
        if (input.sortOrder === 'ASCENDING') found.reverse();
        const { items, nextToken } = page(found, (one) => one.arn, {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { reports: items.map((one) => one.arn), nextToken };
      },
    ),

    BatchGetReports: operation(z.object({ reportArns: names }), (input, caller) => {
      const found = reportsNamed(caller, input.reportArns);
      return {
        reports: found.map((one) => reportShape(one.known, one.build, one.report)),
        reportsNotFound: input.reportArns.filter((arn) => !found.some((one) => one.arn === arn)),
      };
    }),

    DescribeTestCases: operation(
      z.object({
        reportArn: z.string().min(1),
        nextToken: token,
        maxResults: z.number().int().min(1).max(100).optional(),
        filter: z.object({ status: z.string().optional(), keyword: z.string().optional() }).optional(),
      }),
      (input, caller) => {
        const [found] = reportsNamed(caller, [input.reportArn]);
        if (!found) throw new ApiError('ResourceNotFoundException', `Report ${input.reportArn} does not exist`);
        const { status, keyword } = input.filter ?? {};
        const cases = storedCases(runs.layout, found)
          .filter((one) => (!status || one.status === status) && (!keyword || one.name.includes(keyword)))
          .map((one, at) => ({ key: String(at), one }));
        const { items, nextToken } = page(cases, (one) => one.key, {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { testCases: items.map(({ one }) => testCase(input.reportArn, found.report, one)), nextToken };
      },
    ),

    DescribeCodeCoverages: operation(
      z.object({
        reportArn: z.string().min(1),
        nextToken: token,
        maxResults: z.number().int().min(1).max(100).optional(),
        sortOrder,
        sortBy: z.enum(['LINE_COVERAGE_PERCENTAGE', 'FILE_PATH']).optional(),
        minLineCoveragePercentage: z.number().min(0).max(100).optional(),
        maxLineCoveragePercentage: z.number().min(0).max(100).optional(),
      }),
      (input, caller) => {
        const [found] = reportsNamed(caller, [input.reportArn]);
        if (!found) throw new ApiError('ResourceNotFoundException', `Report ${input.reportArn} does not exist`);
        const { coverages = [] } = storedReport(runs.layout, found) ?? {};
        const all = codeCoverages(input.reportArn, coverages, input);
        const { items, nextToken } = page(all, (one) => one.id ?? '', {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: INVALID,
        });
        return { codeCoverages: items, nextToken };
      },
    ),
  };
}

/** A report's file as it was written; undefined where it is gone. */
function storedReport(
  layout: ApiSources['runs']['layout'],
  { known, report }: FoundReport,
): { cases?: StoredCase[]; coverages?: Coverage[] } | undefined {
  const file = report.file && runFile(layout, known.run.runId, report.file);
  return file && fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as object) : undefined;
}

interface FoundReport {
  readonly known: KnownBuild;
  readonly build: BuildState;
  readonly report: ReportSummary;
  readonly arn: string;
}

/** Every case of a report, from its file; where that is gone, the failures that the events hold. */
function storedCases(layout: ApiSources['runs']['layout'], found: FoundReport): StoredCase[] {
  const stored = storedReport(layout, found);
  if (stored) return stored.cases ?? [];
  return found.report.failures.map((one) => ({ ...one, status: 'FAILED', seconds: 0 }));
}
