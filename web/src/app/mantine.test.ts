import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';

const source = new URL('../', import.meta.url).pathname;
const styles = join(source, '../node_modules/@mantine/core/styles');

it('has the styles of every component that a page uses', () => {
  const code = readdirSync(source, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tsx'))
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8'));
  const used = code.flatMap((text) => [...text.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].flatMap(([, names]) => names!.split(',').map((name) => name.trim())));
  const listed = readFileSync(join(source, 'app/mantine.ts'), 'utf8');
  const missing = [...new Set(used)].filter((name) => existsSync(join(styles, `${name}.css`)) && !listed.includes(`/${name}.css'`));
  expect(used).toContain('Button');
  expect(missing).toEqual([]);
});
