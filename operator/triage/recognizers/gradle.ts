import { firstMatch, type Recognizer } from '../evidence/evidence';

const BLOCK = /^\* What went wrong:$/;
const END = /^\* (?:Try|Exception is|Where):?|^BUILD FAILED|^={5,}$/;
/** A cause that only points at what was printed before: the compiler's or the test's own line says more. */
const ELSEWHERE =
  /Compilation (?:failed|error)|There were failing tests|finished with non-zero exit value|See the report at|Process '.*' finished|Lint found/;

/** Gradle's own words: each deeper `>` is the cause of the line above it, so the deepest is what a person looks for. */
export const gradle: Recognizer = {
  name: 'gradle',
  recognize: ({ output }) => {
    const block = firstMatch(output, BLOCK);
    if (!block) return undefined;
    const after = output.slice(block.line + 1);
    const end = after.findIndex((line) => END.test(line));
    const lines = after.slice(0, end < 0 ? undefined : end);
    const depth = (line: string): number => /^( *)> /.exec(line)?.[1]?.length ?? -1;
    let deepest = 0;
    for (const [at, line] of lines.entries()) if (depth(line) > depth(lines[deepest] ?? '')) deepest = at;
    const cause = lines[deepest]?.replace(/^ *> /, '').trim();
    if (!cause || ELSEWHERE.test(cause) || deepest === 0) return undefined;
    return {
      summary: `Gradle: ${cause} (${(lines[0] ?? '').trim().replace(/\.$/, '')})`,
      line: block.line + 1 + deepest,
      length: 1,
    };
  },
};
