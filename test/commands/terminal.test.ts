import { Terminal } from '../../commands/output/terminal';
import { Redrawn } from '../../commands/output/redrawn';
import { applyEvent } from '../../model/apply-event';
import { emptyRun } from '../../model/run-state';
import { plainLine } from '../../views/plain';
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
])('at %i×%i the lines fit, and a served run of four executions leaves its lines once', async (...given) => {
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
});

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

test('from start to verdict a run that goes well prints at most 40 lines, times in the person’s zone', () => {
  const state = emptyRun();
  const lines = longRun(1).flatMap((event) => plainLine(event, applyEvent(state, event), 'few')?.split('\n') ?? []);
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.join('\n')).not.toContain('limit 3');
  const local = new Date(Date.UTC(2026, 0, 1));
  expect(lines[0]).toMatch(new RegExp(`^${String(local.getHours()).padStart(2, '0')}:00:00 run`));
});
