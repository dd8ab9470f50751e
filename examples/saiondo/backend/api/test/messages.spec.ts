import { normalizeMessage } from '../src/messages';

describe('normalizeMessage', () => {
  it('trims and folds white space', () => {
    expect(normalizeMessage('  how   are\nyou ')).toBe('how are you');
  });
  it('refuses an empty message', () => {
    expect(() => normalizeMessage('   ')).toThrow('at least one character');
  });
  it('keeps at most 2,000 characters', () => {
    expect(normalizeMessage('x'.repeat(3000))).toHaveLength(2000);
  });
});
