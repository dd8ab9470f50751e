import type { LocalAws } from '../../ports/local-aws';
import { sayRefusal } from '../../ports/network';

/** Lines about refused hosts that a build's log takes. */
const MOST = 100;

/**
 * Tells a build's log of the hosts that the build asked for and did not reach: once each, however often a client tries again.
 * @returns ends it
 */
export function tellRefusals(
  local: Pick<LocalAws, 'onRefusal'>,
  buildId: string,
  tell: (line: string) => void,
): () => void {
  const told = new Set<string>();
  const end = local.onRefusal?.((refusal) => {
    const text = sayRefusal(refusal);
    if (refusal.buildId !== buildId || told.has(text) || told.size >= MOST) return;
    told.add(text);
    tell(`Refused: ${text}`);
  });
  return end ?? (() => undefined);
}
