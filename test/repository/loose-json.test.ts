import { looseJson } from '../../repository/modules/loose-json';

test.each([
  ['{"a": 1}', { a: 1 }],
  ['{ // why\n "a": [1, 2,], /* and */ "b": "// no comment, }",\n}', { a: [1, 2], b: '// no comment, }' }],
  ['{"a": 1', {}],
  ['[1]', {}],
  ['null', {}],
  ['', {}],
  ['{"a": '.repeat(200_000), {}],
])('%.60s', (text, value) => {
  expect(looseJson(text)).toEqual(value);
});

test('a name of JavaScript’s own objects changes no other object', () => {
  looseJson('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
