import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import type { AwsRequest, AwsResponse } from '../ports/aws-request';

/** Headers that ask for more than the bytes of an object: what stands behind the gateway answers those. */
const OTHERS = ['if-none-match', 'if-modified-since', 'if-unmodified-since', 'x-amz-copy-source'];

/**
 * Answers GetObject and HeadObject with a file, as a whole or the range that is asked for (Amazon S3 API Reference, "GetObject"). moto reads the whole object into
 * memory for each range, and a client asks for a large object in many.
 * @returns undefined where anything else is asked for
 */
export function objectAnswer(
  request: Pick<AwsRequest, 'method' | 'url' | 'headers'>,
  file: string,
): AwsResponse | undefined {
  const { method, url, headers } = request;
  const { searchParams: query } = new URL(url, 'http://x');
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if ([...query.keys()].some((name) => name !== 'x-id') || OTHERS.some((name) => headers[name] !== undefined))
    return undefined;
  const { size, mtimeMs, ino } = fs.statSync(file);
  // Of several parts' form: no client takes it for the content's MD5.
  const eTag = `"${createHash('md5').update(`${size} ${mtimeMs} ${ino}`).digest('hex')}-1"`;
  if (headers['if-match'] !== undefined && headers['if-match'] !== eTag) return undefined;
  const range = rangeOf(headers.range, size);
  if (range === 'none of it') return undefined;
  const { start, end } = range ?? { start: 0, end: size - 1 };
  return {
    status: range ? 206 : 200,
    headers: {
      etag: eTag,
      'content-type': 'binary/octet-stream',
      'content-length': String(end - start + 1),
      'accept-ranges': 'bytes',
      'last-modified': new Date(mtimeMs).toUTCString(),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    },
    body: '',
    ...(method === 'GET' && size > 0 ? { file: { path: file, start, end } } : {}),
  };
}

/** The one range of a request, both ends included; undefined where it asks for everything (RFC 9110, "Range Requests"). */
function rangeOf(asked: string | undefined, size: number): { start: number; end: number } | 'none of it' | undefined {
  if (asked === undefined) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(asked) ?? [];
  if (first === '' && last === '') return 'none of it';
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return start <= end ? { start, end } : 'none of it';
}
