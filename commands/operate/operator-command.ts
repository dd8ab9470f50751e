import { Command } from 'commander';
import type { z } from 'zod';
import { CHANGING } from '../../operator/operations';
import { awsError } from '../target/aws-errors';
import { findTarget, sayTarget, withTargetOptions } from '../target/find-target';
import { type Target, type TargetOptions } from '../target/target';
import { printValue } from '../output/print';

/** How an operator command works: what it prints for people goes through `print`, everything else to stderr. */
export interface OperatorRun {
  readonly target: Target;
  readonly now: Date;
}

/**
 * A command on the pipeline: with the options that say where it is, examples in its help, and AWS's errors put into words.
 * @param run does it. @returns the exit code
 * @param alone does it without a pipeline where it gives an exit code
 */
export function operatorCommand<Options extends object>(
  name: string,
  description: string,
  examples: readonly string[],
  define: (command: Command) => Command,
  run: (context: OperatorRun, options: Options, args: readonly (string | undefined)[]) => Promise<number>,
  alone?: (options: Options & TargetOptions) => Promise<number> | undefined,
): Command {
  const command = define(new Command(name).description(description));
  return withTargetOptions(command)
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  saiondo ${example}`).join('\n')}`)
    .action(async (...given: unknown[]) => {
      const options = command.opts<Options & TargetOptions>();
      const args = given.slice(0, command.registeredArguments.length) as (string | undefined)[];
      const done = await alone?.(options);
      if (done !== undefined) {
        process.exitCode = done;
        return;
      }
      const dryRun = 'dryRun' in options && options.dryRun === true;
      const target = await findTarget(options, { changes: CHANGING.has(name) && !dryRun });
      sayTarget(target);
      try {
        process.exitCode = await run({ target, now: new Date() }, options, args);
      } catch (error) {
        throw awsError(error, target, name);
      } finally {
        await target.close?.();
      }
    });
}

/** Prints a value as JSON in its documented shape. A value that has not its shape is a defect and throws. */
export function printJson<Shape extends z.ZodType>(shape: Shape, value: z.infer<Shape>): void {
  printValue(shape.parse(value), 2);
}
