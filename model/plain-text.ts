/**
 * Sequences by which a text speaks to a terminal (ECMA-48): control strings (titles, links: OSC, DCS, SOS, PM, APC) with their content,
 * control sequences (colours, cursor: CSI), and the shorter escapes. A control string that nobody ends loses its beginning only: it may not hide
 * what comes after it.
 */
const SEQUENCES =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f\n]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/**
 * Characters that nobody sees and that change what is seen: controls but tab and line feed, marks that turn the direction of text, and characters without
 * width (Unicode TR36, "Bidirectional text spoofing" and "Invisible characters"). The joiners U+200C and U+200D stay: names and emoji are written with them.
 */
const CONTROL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
/** What ends a line somewhere: a carriage return alone would let a line overwrite its beginning. */
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;

/** What every match of the three above begins with: one look through a text that has none of it, as most have. U+DB40 begins what lies past U+E0000. */
const SUSPECT =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\udb40]/;

/** A text that is not ours as a person may be shown it: without escapes and control characters. Lines stay lines. */
export function plain(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(SEQUENCES, '').replace(LINE_ENDS, '\n').replace(CONTROL, '');
}

/** {@link plain} on one line. */
export function plainLine(text: string): string {
  return plain(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/** The first line of a text. */
export function firstLine(text: string | undefined): string {
  return plain(text ?? '').split('\n')[0] ?? '';
}

/** A text whose further lines are set in: none of them looks like a line of ours. @param width how many spaces */
export function setIn(text: string, width: number): string {
  return plain(text).replaceAll('\n', `\n${' '.repeat(width)}`);
}

/** The colours and weights that our own output has (picocolors). */
const OWN_STYLES = /(\u001b\[(?:0|1|2|3|4|9|22|23|24|29|39|3[0-7]|9[0-7])m)/;

/** A text of ours with foreign parts in it, for a terminal: our own colours stay, and whatever else the parts might do is taken out. */
export function plainButStyles(text: string): string {
  return text
    .split(OWN_STYLES)
    .map((part, at) => (at % 2 === 1 ? part : plain(part)))
    .join('');
}

/** JSON that a terminal shows as it is: what {@link plain} would take out is escaped. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An address that may be a link: `http` or `https`, never `javascript:` or `data:`. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\/[^\s\\]+$/i.test(text)) return undefined;
  return plain(text) === text && URL.canParse(text) ? text : undefined;
}
