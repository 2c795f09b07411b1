import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The server's Content-Security-Policy allows neither inline code nor inline style, so nothing may
// be inlined by the build: styles are files, assets are files, and there is no preload polyfill.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    proxy: {
      '/api': { target: process.env.TRIBUTARY_URL ?? 'http://127.0.0.1:8080', ws: true },
    },
  },
  test: {
    fileParallelism: false, // one browser at a time
    reporters: ['default', './tests/count_reporter.mjs'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts'], environment: 'node' },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/*.test.mjs'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
