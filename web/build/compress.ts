// Puts NAME.br and NAME.gz beside every built file that gains by it, once, at the highest level: the server hands them out as they are.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import type {Plugin} from 'vite';

const worthwhile = /\.(html|js|css|svg|json|webmanifest|txt)$/;
const gain = 0.9;

function compressFile(path: string) {
  const plain = readFileSync(path);
  const brotli = brotliCompressSync(plain, {params: {[constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY}});
  const gzip = gzipSync(plain, {level: 9});
  if (brotli.length < plain.length * gain) writeFileSync(`${path}.br`, brotli);
  if (gzip.length < plain.length * gain) writeFileSync(`${path}.gz`, gzip);
}

export function compress(): Plugin {
  let folder = '';
  return {
    name: 'compress',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
        if (entry.isFile() && worthwhile.test(entry.name)) compressFile(join(entry.parentPath ?? entry.path, entry.name));
      }
    },
  };
}
