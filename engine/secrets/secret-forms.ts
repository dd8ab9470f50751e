/** A text that gives a secret away, and what it is of the secret: `base64`, `one line`. */
export interface SecretForm {
  readonly text: Buffer;
  readonly form: string;
}

/**
 * A shorter text is not masked: its characters are everywhere, and masking them would show where they are. CodeBuild documents no rule for
 * short values.
 */
const SHORTEST = 4;
/** A shorter secret is not looked for in encoded forms: a few letters of base64 appear by accident. */
const SHORTEST_ENCODED = 6;
/** So many bytes of a long secret are looked for in encoded forms: they are enough to recognize it. */
const LONGEST_ENCODED = 4096;
/** Keys of a JSON secret whose values are secret; `username` and `host` of a database's secret are not. */
const SECRET_KEY = /pass|secret|token|key|credential|private|auth/i;

/** What CodeBuild's log masks of a secret: its value, and each line of a value of several lines. */
export function plainForms(value: string): SecretForm[] {
  const lines = value.split(/\r?\n/);
  const texts = [value, value.trim(), ...(lines.length > 1 ? [...lines, ...lines.map((line) => line.trim())] : [])];
  return unique(
    texts.map((text) => ({ text: Buffer.from(text, 'utf8'), form: 'its value' })),
    SHORTEST,
  );
}

/** Forms of a secret that CodeBuild's log shows in clear: encoded, escaped, reversed, and the secret values inside of a JSON value. */
export function encodedForms(value: string): SecretForm[] {
  if (Buffer.byteLength(value) < SHORTEST_ENCODED) return [];
  const short = value.length > LONGEST_ENCODED ? value.slice(0, LONGEST_ENCODED) : value;
  const plain = new Set(plainForms(value).map((one) => one.text.toString('latin1')));
  const texts = [
    ...base64Forms(Buffer.from(short, 'utf8')),
    ...['hex' as const].flatMap((encoding) => {
      const hex = Buffer.from(short, 'utf8').toString(encoding);
      return [hex, hex.toUpperCase()].map((text) => ({ text, form: 'as hexadecimal' }));
    }),
    ...[encodeURIComponent, encodeURI, strictUrl, formUrl].flatMap((encode) => urlForms(encode, short)),
    { text: JSON.stringify(short).slice(1, -1), form: 'with JSON’s escapes' },
    { text: asciiJson(short), form: 'with JSON’s escapes' },
    ...xmlForms(short).map((text) => ({ text, form: 'with XML’s escapes' })),
    { text: [...short].reverse().join(''), form: 'reversed' },
    { text: short.replaceAll("'", "'\\''"), form: 'quoted for a shell' },
    ...jsonValues(value).map((text) => ({ text, form: 'a value of its JSON' })),
  ];
  const forms = texts.map(({ text, form }) => ({ text: Buffer.from(text, 'utf8'), form }));
  return unique(forms, SHORTEST_ENCODED).filter(({ text }) => !plain.has(text.toString('latin1')));
}

/**
 * Base64 of the bytes wherever they begin in what is encoded, of both alphabets. The first and the last characters depend on the neighbours and
 * are left out.
 */
function base64Forms(bytes: Buffer): { text: string; form: string }[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const own = encoded.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')].map((text) => ({ text, form: 'as base64' }));
  });
}

function urlForms(encode: (text: string) => string, value: string): { text: string; form: string }[] {
  try {
    const text = encode(value);
    return [text, text.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase())].map((one) => ({
      text: one,
      form: 'encoded for a URL',
    }));
  } catch {
    // Half of a surrogate pair has no such form.
    return [];
  }
}

/** As Python's `quote(text, safe='')` encodes: RFC 3986, section 2.3. */
function strictUrl(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** As a form is sent: `application/x-www-form-urlencoded`. */
function formUrl(text: string): string {
  return strictUrl(text).replaceAll('%20', '+');
}

/** JSON as Python's `json.dumps` writes it: ASCII alone. */
function asciiJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As text and as an attribute: with and without escaped quotation marks. */
function xmlForms(text: string): string[] {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = escaped.replaceAll('"', '&quot;');
  return [escaped, quoted, quoted.replaceAll("'", '&#39;'), quoted.replaceAll("'", '&apos;')];
}

function jsonValues(value: string): string[] {
  if (!/^\s*[[{]/.test(value)) return [];
  try {
    return secretTexts(JSON.parse(value) as unknown, false);
  } catch {
    return [];
  }
}

function secretTexts(value: unknown, secret: boolean): string[] {
  if (typeof value === 'string' || typeof value === 'number') return secret ? [String(value)] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => secretTexts(one, secret || SECRET_KEY.test(key)));
}

function unique(forms: readonly SecretForm[], shortest: number): SecretForm[] {
  const seen = new Map(
    forms.filter(({ text }) => text.length >= shortest).map((one) => [one.text.toString('latin1'), one] as const),
  );
  return [...seen.values()];
}
