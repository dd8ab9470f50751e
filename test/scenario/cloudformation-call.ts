import type { CloudFormation } from '../../engine/cloudformation/cloudformation';
import { CloudFormationApi } from '../../engine/api/cloudformation/query-api';
import type { Principal } from '../../engine/ports/principal';
import type { ActionResult } from '../../engine/ports/action';
import type { RunEventBody } from '../../model/events';

/** Parameters of a request of CloudFormation's Query protocol, with its `Action`: what the CDK's and AWS's command lines send. */
export type Call = Readonly<Record<string, string>>;

const PERSON: Principal = {
  kind: 'person',
  account: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/me',
  userId: 'AIDA',
};

/**
 * Sends a request to CloudFormation's API and waits until the stack has come to rest, as the command lines do.
 * @param template the template's text, for an action that takes one
 * @returns the answer's body as its summary; Failed with AWS's code and message where the request is refused; whether the stack comes to be is for its state to say
 */
export async function callCloudFormation(
  cloudFormation: CloudFormation,
  { region, stack, call, template }: { region: string; stack: string; call: Call; template: string },
  emit: (event: RunEventBody) => void,
): Promise<ActionResult> {
  const api = new CloudFormationApi({ cloudFormation, emit, events: () => [], readTemplate: async () => template });
  const ask = async (parameters: Call): Promise<{ status: number; body: string }> => {
    const form = new URLSearchParams(parameters);
    const answer = await api.handle({
      principal: PERSON,
      service: 'cloudformation',
      account: '111111111111',
      region,
      method: 'POST',
      url: '/',
      headers: {},
      body: Buffer.from(form.toString()),
      operation: parameters.Action ?? '',
    });
    return { status: answer.status, body: String(answer.body) };
  };
  const takesTemplate = /^(Create|Update)Stack$|^CreateChangeSet$/.test(call.Action ?? '');
  const { status, body } = await ask({
    StackName: stack,
    ...(takesTemplate ? { TemplateBody: template } : {}),
    ...call,
  });
  const text = (tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1] ?? '';
  if (status !== 200)
    return {
      status: 'Failed',
      failure: { code: text('Code'), message: text('Message').replaceAll('&apos;', "'").replaceAll('&quot;', '"') },
    };
  for (;;) {
    const { body: seen } = await ask({ Action: 'DescribeStacks', StackName: stack });
    if (!/<StackStatus>(?!REVIEW_)\w+_IN_PROGRESS</.test(seen)) return { status: 'Succeeded', summary: body };
    await new Promise((resolve) => setImmediate(resolve));
  }
}
