import { EventEmitter } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { promptLine } from '../../commands/output/prompt-line';
import { Terminal } from '../../commands/output/terminal';
import { Redrawn } from '../../commands/output/redrawn';
import { applyEvent } from '../../model/apply-event';
import { emptyRun } from '../../model/run-state';
import { liveLines } from '../../views/live-lines';
import { plainLine } from '../../views/plain';
import { rowsOf, width } from '../../views/text-width';
import { longRun } from './long-run';
import { Screen } from './screen';

// What a terminal shows and what stays in its scrollback, in a real terminal emulator.
const input = {} as NodeJS.ReadStream;
/** Redraws of 52 minutes, five a second, over the events of four executions. */
const REDRAWS = Math.ceil((52 * 60 * 5) / longRun(4).length);

async function watched(
  columns: number,
  rows: number,
  executions: number,
  redraws: number,
): Promise<{ screen: Screen; frames: string[][] }> {
  const screen = new Screen(columns, rows);
  const terminal = new Terminal(screen.out, { detail: 'few', input });
  const state = emptyRun();
  const frames: string[][] = [];
  for (const event of longRun(executions)) {
    terminal.show(event, applyEvent(state, event));
    // The lines between two events, as the clock redraws them.
    for (let at = 0; at < redraws; at++) terminal.redraw();
    if (event.kind === 'action.started' && event.stage === 'Dev')
      frames.push((await screen.text()).slice(screen.scrolled));
  }
  terminal.end();
  return { screen, frames };
}

test.each([
  [80, 24, REDRAWS],
  [80, 50, 1],
  [200, 60, 1],
])(
  'at %i×%i the lines fit, and a served run of four executions leaves its lines once',
  async (...given) => {
    const [columns, rows, redraws] = given;
    const { screen, frames } = await watched(columns, rows, 4, redraws);
    const text = await screen.text();
    expect(text.length).toBeLessThanOrEqual(200);
    // No frame stays behind: what is redrawn is there once, at the end.
    expect(text.filter((line) => line.startsWith('✔ Source')).length).toBe(1);
    expect(text.filter((line) => line.includes('run 20260101-100000-aaaa')).length).toBe(1);
    for (const frame of frames) {
      expect(frame.length).toBeLessThanOrEqual(rows);
      expect(frame.filter((line) => /^● Dev \d+\/18/.test(line))).toHaveLength(1);
      expect(frame.join('\n')).toContain('✔ Source 2/2 · Build 1/1');
      expect(frame.join('\n')).toMatch(/· Promote 1 · Prod 18/);
    }
  },
  240_000,
);

test('a terminal that is made narrower, and then wider, keeps one frame', async () => {
  const screen = new Screen(120, 30);
  const redrawn = new Redrawn(screen.out);
  redrawn.show(['주문 목록에 배송 상태를 보여 준다 '.repeat(3), 'second', 'third'].join('\n'));
  redrawn.show('주문 목록에 배송 상태를 보여 준다 '.repeat(3));
  await screen.text();
  screen.resize(60, 30);
  redrawn.show('two');
  expect((await screen.text()).join('\n')).toBe('two');
});

test('a terminal that is made narrower and wider while lines come loses none of them and keeps one frame', async () => {
  const screen = new Screen(200, 60);
  const terminal = new Terminal(screen.out, { detail: 'few', input });
  const state = emptyRun();
  let said = 0;
  for (const event of longRun(1)) {
    terminal.show(event, applyEvent(state, event));
    if (event.kind !== 'action.ended' || !['Dev', 'Verify'].includes(event.stage)) continue;
    // The reader of what a screen holds is what waits for it: it is resized between two of its writes.
    await screen.text();
    screen.resize([40, 200, 61, 80, 39, 120][said % 6] ?? 80, [24, 60, 30][said % 3] ?? 24);
    terminal.redraw();
    terminal.say(`said ${++said}: ${'주문 목록에 배송 상태를 보여 준다 '.repeat(said % 4)}`);
  }
  await screen.text();
  screen.resize(200, 60);
  terminal.redraw();
  terminal.end();
  const text = await screen.text();
  for (let at = 1; at <= said; at++) expect(text.filter((line) => line.startsWith(`said ${at}:`))).toHaveLength(1);
  expect(text.filter((line) => line.startsWith('✔ Source'))).toHaveLength(1);
});

test('a text that is wrapped takes a row more where a wide character does not fit', () => {
  expect(rowsOf('', 40)).toBe(1);
  expect(rowsOf('a'.repeat(40), 40)).toBe(1);
  expect(rowsOf('a'.repeat(41), 40)).toBe(2);
  // Two fit in a row of five.
  expect(rowsOf('가'.repeat(4), 5)).toBe(2);
  expect(rowsOf('\u001b[1m가나다\u001b[22m', 3)).toBe(3);
});

test('from start to verdict a run that goes well prints at most 40 lines, times in the person’s zone', () => {
  const state = emptyRun();
  const lines = longRun(1).flatMap((event) => plainLine(event, applyEvent(state, event), 'few')?.split('\n') ?? []);
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.join('\n')).not.toContain('limit 3');
  const local = new Date(Date.UTC(2026, 0, 1));
  expect(lines[0]).toMatch(new RegExp(`^${String(local.getHours()).padStart(2, '0')}:00:00 run`));
});

/** A person's keyboard. */
function keyboard(): { input: NodeJS.ReadStream; type: (text: string) => void } {
  const input = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => input,
    resume: () => input,
    pause: () => input,
  });
  return { input: input as unknown as NodeJS.ReadStream, type: (text) => void input.emit('data', Buffer.from(text)) };
}

test('a question stays below the lines while the run continues; keys are its text until it is answered', async () => {
  const screen = new Screen(80, 24);
  const { input, type } = keyboard();
  const pressed: string[] = [];
  const keys = { logs: () => [], help: () => 'a approve', command: (key: string) => void pressed.push(key) };
  const terminal = new Terminal(screen.out, { detail: 'few', input, keys });
  const state = emptyRun();
  const events = longRun(1);
  const half = events.findIndex((event) => event.kind === 'stage.ended' && event.stage === 'Dev');
  for (const event of events.slice(0, half)) terminal.show(event, applyEvent(state, event));
  const first = terminal.ask('Promote/Approve: approve, reject or later? [a/r/l]');
  const aborted = new AbortController();
  const second = terminal.ask('Stop? [y/N]', aborted.signal);
  await Promise.resolve(); // the question is asked in the next turn
  for (const event of events.slice(half, half + 3)) terminal.show(event, applyEvent(state, event));
  type('arr\u007f\u007f');
  const text = await screen.text();
  expect(text.at(-1)).toBe('Promote/Approve: approve, reject or later? [a/r/l] a_');
  expect(text.join('\n')).toContain('stage Dev Succeeded');
  expect(text.join('\n')).not.toContain('Stop?');
  type('\r');
  expect(await first).toBe('a');
  expect(pressed).toEqual([]);
  expect((await screen.text()).at(-1)).toBe('Stop? [y/N] _');
  aborted.abort();
  await expect(second).rejects.toThrow();
  expect((await screen.text()).at(-1)).toBe('a approve');
  type('a');
  expect(pressed).toEqual(['a']);
  terminal.end();
  await expect(terminal.ask('More?')).rejects.toThrow();
});

test.each([[20], [40], [80]])('at %i columns a question keeps its answers, and the end of what is typed', (columns) => {
  const line = promptLine(
    'Promote/Prod: approve, reject, later, or show the differences? [a/r/l/d]',
    '승인합니다 ok',
    columns,
  );
  expect(width(line)).toBeLessThanOrEqual(columns);
  expect(line).toContain('[a/r/l/d]');
  expect(line).toMatch(/ok_$/);
});

test('before the first execution it is said what goes on; a failed command’s line begins with its reason', () => {
  const state = emptyRun();
  const events = longRun(1);
  const first = events.findIndex((event) => event.kind === 'execution.started');
  for (const event of events.slice(0, first)) applyEvent(state, event);
  const options = { now: Date.UTC(2026, 0, 1) + 30_000, columns: 60, rows: 20 };
  expect(stripVTControlCharacters(liveLines(state, options).join('\n'))).toContain('this machine is made ready  30 s');
  for (const event of events.slice(first)) {
    applyEvent(
      state,
      event.kind === 'action.ended' && event.action === 'Test0'
        ? {
            ...event,
            status: 'Failed',
            failure: {
              code: 'JobFailed',
              message: `Error while executing command: ${'make check '.repeat(20)}. Reason: exit status 2`,
            },
          }
        : event.kind === 'stage.ended' && event.stage === 'Verify'
          ? { ...event, status: 'Failed' }
          : event,
    );
    if (event.kind === 'stage.ended' && event.stage === 'Verify') break;
  }
  expect(stripVTControlCharacters(liveLines(state, options).join('\n'))).toMatch(/✘ Test0 .*exit status 2: make check/);
});
