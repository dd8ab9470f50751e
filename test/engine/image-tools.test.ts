import { imageToolMissed, imageToolsNamedIn } from '../../engine/host/image-tools';

const here = (name: string): string | undefined => (['node', 'git'].includes(name) ? `/usr/bin/${name}` : undefined);

test.each([
  ['/tmp/1.sh: 4: sam: not found', 'sam'],
  ['bash: line 1: pipenv: command not found', 'pipenv'],
  ['make: bundle: No such file or directory', 'bundle'],
  ['Error: spawn dotnet ENOENT', 'dotnet'],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'go'", 'go'],
  ['exec: "kubectl": executable file not found in $PATH', 'kubectl'],
  ['sh: 1: copilot: not found', undefined],
  ['sh: 1: terraform: not found', undefined],
  ['sh: 1: node: not found', undefined],
  ['cat: composer: No such file or directory', undefined],
  ['/usr/bin/env: ‘pwsh’: No such file or directory', 'pwsh'],
])('%s: a tool of CodeBuild’s image that this machine lacks is %s', (line, tool) => {
  expect(imageToolMissed(['before', line, 'make: *** [deploy] Error 127'], here)).toBe(tool);
});

test.each([
  [['sam build'], ['sam']],
  [['cd app && AWS_PAGER= sudo sam deploy', 'echo sam'], ['sam']],
  [['if composer install; then echo; fi'], ['composer']],
  [['pip install aws-sam-cli', 'sam build'], []],
  [['gem install bundler\nbundle install'], ['gem']],
  [['node x.js', 'git status'], []],
])('%j names %j before the run', (commands, tools) => {
  expect(imageToolsNamedIn(commands, here)).toEqual(tools);
});
