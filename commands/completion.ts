import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/**
 * Adds `saiondo completion SHELL`: a script that completes commands and options. The shell asks the same command for what fits, and that
 * reads commander's own tree: a new option is completed without another list of it. Called when the program has all of its commands.
 */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((one) => one.name() === 'completion')
    ?.description('print the completion script of bash, zsh, fish or powershell')
    .addHelpText(
      'after',
      `
Examples:
  source <(saiondo completion bash)
  saiondo completion zsh > "\${fpath[1]}/_saiondo"
  saiondo completion fish > ~/.config/fish/completions/saiondo.fish`,
    );
}
