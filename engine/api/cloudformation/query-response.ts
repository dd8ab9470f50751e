import { XMLBuilder } from 'fast-xml-parser';
import { SaiondoError } from '../../../model/errors';
import type { AwsResponse } from '../../ports/aws-request';

const builder = new XMLBuilder({ ignoreAttributes: true, suppressEmptyNode: true });

/** Error codes that AWS's clients know; our own become a ValidationError. */
const AWS_CODE = /^[A-Z][a-z]+([A-Z][a-z]+)*$/;

/** An operation's result in AWS's Query protocol, or what it threw as an error of CloudFormation's (Smithy, "AWS Query protocol"). */
export async function queryResponse(action: string, work: () => Promise<unknown> | unknown): Promise<AwsResponse> {
  try {
    const result = await work();
    return xml(200, {
      [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: 'rehearsal' } },
    });
  } catch (error) {
    const code = error instanceof SaiondoError && AWS_CODE.test(error.code) ? error.code : 'ValidationError';
    const message = error instanceof Error ? error.message : String(error);
    return xml(code === 'InvalidAction' ? 501 : 400, {
      ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: 'rehearsal' },
    });
  }
}

function xml(status: number, content: Record<string, unknown>): AwsResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: String(builder.build(content)) };
}
