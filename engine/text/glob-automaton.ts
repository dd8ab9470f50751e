/** What takes one step through a text: a character, or nothing (`split`). Positions are indices into the program. */
export type Step =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'split'; readonly to: readonly number[] };

/** A set of positions of the program, and where each character leads from there. */
interface State {
  readonly positions: readonly number[];
  readonly accepts: boolean;
  readonly next: Map<string, State>;
}

/** So many states and transitions are remembered. A program that needs more forgets them and continues. */
const MOST_STATES = 1000;
const MOST_TRANSITIONS = 50_000;

/**
 * A program as a test of whole texts. A text is walked once with all positions at a time, so that no program makes it slow: the time is at
 * most the length of the text times the length of the program, and a set of positions that was seen before costs one look-up a character.
 */
export function automaton(program: readonly Step[]): (text: string) => boolean {
  const known = new Map<string, State>();
  let transitions = 0;
  const stateOf = (from: readonly number[]): State => {
    const positions = closure(program, from);
    const key = positions.join();
    const found = known.get(key);
    if (found) return found;
    const state = { positions, accepts: positions.includes(program.length), next: new Map<string, State>() };
    if (known.size < MOST_STATES) known.set(key, state);
    return state;
  };
  let start = stateOf([0]);
  return (text) => {
    if (transitions > MOST_TRANSITIONS || known.size >= MOST_STATES) {
      known.clear();
      transitions = 0;
      start = stateOf([0]);
    }
    let at = start;
    for (const character of text) {
      let next = at.next.get(character);
      if (!next) {
        next = stateOf(taking(program, at.positions, character));
        if (transitions++ <= MOST_TRANSITIONS) at.next.set(character, next);
      }
      if (next.positions.length === 0) return false;
      at = next;
    }
    return at.accepts;
  };
}

function taking(program: readonly Step[], positions: readonly number[], character: string): number[] {
  const next: number[] = [];
  for (const position of positions) {
    const step = program[position];
    if (step?.kind === 'character' && step.test(character)) next.push(position + 1);
  }
  return next;
}

/** Every position that is reached from some without taking a character, in order. */
function closure(program: readonly Step[], from: readonly number[]): number[] {
  const reached = new Set<number>();
  const open = [...from];
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    if (reached.has(position)) continue;
    reached.add(position);
    const step = program[position];
    if (step?.kind === 'split') open.push(...step.to);
  }
  return [...reached].sort((a, b) => a - b);
}
