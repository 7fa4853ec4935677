import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import ts from 'typescript';
import {expect, it} from 'vitest';
import {fill} from './fill';
import {en} from './messages/en';
import {it as italian} from './messages/it';

const source = new URL('../../', import.meta.url).pathname;

function filesUnder(folder: string): {name: string; text: string}[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .map((entry) => ({isCode: entry.isFile() && /\.tsx?$/.test(entry.name), name: join(entry.parentPath ?? entry.path, entry.name)}))
    .filter(({isCode, name}) => isCode && !/messages|generated/.test(name))
    .map(({name}) => ({name: name.slice(source.length), text: readFileSync(name, 'utf8')}));
}

const isRead = /^(alt|title|label|placeholder|description|header|head|hint|text|aside|aria-(label|description|roledescription|valuetext))$/;
const sameInEveryLanguage = ['ms', 'KB', 'English', 'Italiano'];

// Words that the code shows to a person as they stand in it: between tags, in attributes and properties that are read, and in what a
// condition chooses for one of these places.
function wordsIn(file: {name: string; text: string}): string[] {
  const found: string[] = [];
  const parsed = ts.createSourceFile(file.name, file.text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const take = (text: string) => /\p{L}{2}/u.test(text) && !(text in en) && !sameInEveryLanguage.includes(text.trim()) && found.push(text.trim());
  const shown = (node: ts.Node | undefined): void => {
    if (!node) return;
    if (ts.isStringLiteralLike(node)) take(node.text);
    else if (ts.isTemplateExpression(node)) [node.head, ...node.templateSpans.map((span) => span.literal)].forEach((part) => take(part.text));
    else if (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node)) shown(node.expression);
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(shown);
    else if (ts.isBinaryExpression(node)) [...(node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? [] : [node.left]), node.right].forEach(shown);
    else if (ts.isArrayLiteralExpression(node)) node.elements.forEach(shown);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) take(node.text);
    if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) shown(node);
    if ((ts.isJsxAttribute(node) || ts.isPropertyAssignment(node)) && isRead.test(node.name.getText().replaceAll("'", ''))) shown(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found.map((words) => `${file.name}: ${words}`);
}

const values = (message: string) => [...message.matchAll(/\{(\w+)[|}]/g)].map(([, name]) => name).sort();

it('has every text in both languages, with the same values in it', () => {
  expect(Object.keys(italian).sort()).toEqual(Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(italian[key].trim(), key).not.toBe('');
    expect(values(italian[key]), key).toEqual(values(en[key]));
  }
});

it('has no text that nobody shows', () => {
  const code = filesUnder(source).map(({text}) => text).join('\n');
  const prefixes = [...code.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map(([, prefix]) => prefix!);
  const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

it('has a text for every value of the contract by which one is chosen', () => {
  const contract = readFileSync(join(source, 'generated/api.ts'), 'utf8');
  const chosenBy = {phase: 'TestPhase', failureClass: 'FailureClass', testStatus: 'TestStatus', queueStatus: 'QueueStatus', 'users.role': 'Role', permission: 'Permission'};
  for (const [prefix, schema] of Object.entries(chosenBy)) {
    const values = [...new RegExp(`^ +${schema}: (.*);$`, 'm').exec(contract)![1]!.matchAll(/"(\w+)"/g)].map(([, value]) => value);
    expect(Object.keys(en)).toEqual(expect.arrayContaining(values.map((value) => `${prefix}.${value}`)));
  }
});

it('shows no words that are not among the texts', () => {
  const example = `<p title="Two words" className="no words">{is ? 'One' : t('common.no')} and {\`\${count} more\`}</p>`;
  expect(wordsIn({name: 'example', text: example})).toEqual(['Two words', 'One', 'and', 'more'].map((words) => `example: ${words}`));
  expect(filesUnder(source).filter(({name}) => !/\.test\.ts$/.test(name)).flatMap(wordsIn)).toEqual([]);
});

it('fills in values and chooses by number', () => {
  expect(fill('{a} of {b}', {a: 1, b: 'two'})).toBe('1 of two');
  expect(fill('{count|# system|# systems}', {count: 1})).toBe('1 system');
  expect(fill('{count|# sistema|# sistemi}', {count: 12000}, 'it')).toBe('12.000 sistemi');
  expect(fill('{host} stands', {})).toBe('{host} stands');
});
