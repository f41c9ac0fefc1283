// Builds the SMART app and the demo EHR as two pages of one build: smart-app/dist is served at /app/, dist/ehr/ at /ehr/.
// https://vite.dev/guide/build#multi-page-app
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { validationTables } from './build/plugin.ts';

const here = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);

export default defineConfig({
  root: here('.'),
  base: '/app/',
  plugins: [react(), validationTables()],
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    // Embedded browsers in hospitals are years behind.
    target: 'es2019',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { app: here('index.html'), ehr: here('ehr/index.html') },
      // What stands for newer syntax is needed by scripts that do not need each other.
      output: { codeSplitting: { groups: [{ name: 'syntax', test: /@oxc-project.runtime/ }] } },
    },
  },
});
