const NAME = String.raw`(?:"[^"]+"|[\w$]+)`;
/** A table’s name, after its schema’s where that is written too. */
const TABLE = String.raw`(?:${NAME}\s*\.\s*)?(${NAME})`;
const CREATE = new RegExp(String.raw`^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?${TABLE}\s*\(`, 'i');
const DROP = new RegExp(String.raw`^\s*DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?`, 'i');
const ALTER = new RegExp(String.raw`^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${TABLE}\s+`, 'i');
/** What begins a table’s element that is no column. */
const NO_COLUMN = /^\s*(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE|LIKE)\b/i;

/**
 * The tables that migrations make, each with its columns: their statements followed in order, as PostgreSQL would. What is made inside a block of
 * PL/pgSQL is not seen.
 */
export function migratedTables(migrations: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const tables = new Map<string, Set<string>>();
  for (const statement of migrations.flatMap(statementsOf)) apply(tables, statement);
  return tables;
}

function apply(tables: Map<string, Set<string>>, statement: string): void {
  const create = CREATE.exec(statement);
  if (create) {
    const body = statement.slice(create[0].length);
    const elements = listOf(body).filter((element) => !NO_COLUMN.test(element));
    const columns = elements.flatMap((element) => new RegExp(`^\\s*(${NAME})`).exec(element)?.[1] ?? []);
    tables.set(plain(create[1]), new Set(columns.map(plain)));
    return;
  }
  const drop = DROP.exec(statement);
  if (drop) {
    for (const one of listOf(statement.slice(drop[0].length)))
      tables.delete(plain(new RegExp(`^\\s*${TABLE}`).exec(one)?.[1]));
    return;
  }
  const alter = ALTER.exec(statement);
  const columns = alter && tables.get(plain(alter[1]));
  if (!alter || !columns) return;
  const action = statement.slice(alter[0].length);
  const renamed = new RegExp(`^RENAME\\s+TO\\s+(${NAME})`, 'i').exec(action)?.[1];
  if (renamed) {
    tables.delete(plain(alter[1]));
    tables.set(plain(renamed), columns);
    return;
  }
  const column = new RegExp(`^RENAME\\s+(?:COLUMN\\s+)?(${NAME})\\s+TO\\s+(${NAME})`, 'i').exec(action);
  if (column && columns.delete(plain(column[1]))) columns.add(plain(column[2]));
  for (const one of listOf(action)) {
    const added = new RegExp(`^\\s*ADD\\s+(?:COLUMN\\s+)?(?:IF\\s+NOT\\s+EXISTS\\s+)?(${NAME})`, 'i').exec(one)?.[1];
    if (added && !/^\s*ADD\s+(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE)\b/i.test(one)) columns.add(plain(added));
    const dropped = new RegExp(`^\\s*DROP\\s+(?:COLUMN\\s+)?(?:IF\\s+EXISTS\\s+)?(${NAME})`, 'i').exec(one)?.[1];
    if (dropped && !/^\s*DROP\s+CONSTRAINT\b/i.test(one)) columns.delete(plain(dropped));
  }
}

/** A name as PostgreSQL keeps it: in lower case, unless it is quoted. */
function plain(name = ''): string {
  return name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
}

/** What quotes, comments and dollar quotes hold is one piece; so is every other character. */
const PIECE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|[\s\S]/g;

/** The statements of a script, without their comments. */
function statementsOf(sql: string): string[] {
  const statements: string[] = [];
  let text = '';
  for (const [piece] of sql.matchAll(PIECE)) {
    if (piece === ';') {
      statements.push(text);
      text = '';
    } else if (!/^(--|\/\*)/.test(piece)) text += piece;
    else text += ' ';
  }
  return [...statements, text].filter((one) => one.trim() !== '');
}

/** The elements of a list that commas separate, as far as the parenthesis that closes it. */
function listOf(text: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let element = '';
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === '(') depth++;
    if (piece === ')') depth--;
    if (depth < 0) break;
    if (piece === ',' && depth === 0) {
      elements.push(element);
      element = '';
    } else element += piece;
  }
  return [...elements, element];
}
