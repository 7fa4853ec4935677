import {fileURLToPath} from 'node:url';
import react from '@vitejs/plugin-react';
import {defineConfig} from 'vitest/config';
import {compress} from './build/compress';

const proxy = {'/api': process.env.SPM_API ?? 'http://127.0.0.1:5001'};

export default defineConfig({
  plugins: [react(), compress()],
  resolve: {alias: {'@': fileURLToPath(new URL('./src', import.meta.url))}},
  build: {
    target: 'es2022',
    modulePreload: {polyfill: false}, // would stand inline
    assetsInlineLimit: 0, // data: addresses are for images alone, see the Content-Security-Policy
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks: (id) =>
          /node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run|@tanstack\/(query-core|react-query))\//.test(id) ? 'framework' : undefined,
      },
    },
  },
  server: {proxy},
  preview: {proxy},
  test: {include: ['src/**/*.test.ts']},
});
