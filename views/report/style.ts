import { Markup } from '../markup';

/** The report's look: light and dark, from 390 px on, and on paper. */
export const STYLE = new Markup(`
:root { color-scheme: light dark; --ground: #fff; --ink: #1f2328; --line: #8884; --soft: #8882; --good: #1a7f37; --bad: #cf222e; --none: #9a6700; --path: #0969da; --bar: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --good: #3fb950; --bad: #f85149; --none: #d29922; --path: #58a6ff; --bar: #6e7681; } }
* { box-sizing: border-box; } html { background: var(--ground); color: var(--ink); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; } h1 small { font-weight: normal; font-size: .55em; opacity: .75; }
h2 { margin-top: 2rem; } .facts { opacity: .8; } .notice { border-left: 4px solid var(--none); padding-left: .75rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
/* A state, a time and a commit are one word: the other columns make room. */
td[class] { white-space: nowrap; }
.Succeeded, .SUCCEEDED, .passed { color: var(--good); } .Failed, .FAILED, .ERROR, .failed, .rejected { color: var(--bad); }
.NotRehearsed, .SKIPPED, .incomplete, .waiting, .interrupted, .stopped { color: var(--none); }
.verdict { font-size: 1.15em; font-weight: 600; }
.mark { font-size: .8em; border: 1px solid var(--path); color: var(--path); border-radius: 4px; padding: 0 .3em; white-space: nowrap; }
pre { overflow: auto; max-height: 30rem; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; white-space: pre-wrap; }
summary { cursor: pointer; padding: .25rem 0; }
.row { display: flex; gap: .5rem; align-items: center; margin: .15rem 0; } .row b { flex: 0 0 15rem; font-weight: normal; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row small { flex: 0 0 5rem; text-align: right; } .track { flex: 1; position: relative; height: 1rem; background: var(--soft); }
.track i, .key i { background: var(--bar); } .track i { position: absolute; top: 0; bottom: 0; min-width: 3px; }
i.critical { background: var(--path) !important; } i.bad { background: var(--bad) !important; }
.key span { margin-right: 1.25rem; white-space: nowrap; } .key i { display: inline-block; width: 1.5em; height: .8em; margin-right: .4em; }
@media (max-width: 40rem) {
  table, tbody, tr, td, th { display: block; border-bottom: 0; padding: 0 0 0 .25rem; } tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td:empty { display: none; } td[class] { white-space: normal; } .row { flex-wrap: wrap; gap: 0 .5rem; margin: .4rem 0; } .row b { flex: 1 1 60%; } .track { flex: 1 0 100%; order: 3; }
}
@media print { html { background: none; } body { max-width: none; font-size: 11pt; } pre { max-height: none; } h2, tr, .row { break-inside: avoid; } a { color: inherit; text-decoration: none; } }`);
