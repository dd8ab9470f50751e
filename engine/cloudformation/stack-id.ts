import { createHash } from 'node:crypto';

/** Where a stack is. */
export interface StackAddress {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
}

/** `arn:aws:cloudformation:…` of a stack; the same in every run. */
export function stackIdOf(request: StackAddress): string {
  const text = [request.account, request.region, request.stackName].join('/');
  const uuid = createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return `arn:aws:cloudformation:${request.region}:${request.account}:stack/${request.stackName}/${uuid}`;
}
