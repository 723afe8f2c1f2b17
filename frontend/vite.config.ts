import react from '@vitejs/plugin-react';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { mockApi } from './vite.mock.ts';

const server = process.env.ORCHESTRION_URL ?? 'http://127.0.0.1:8420';

/** `vite` proxies the API to a running server; `vite --mode mock` answers it from `mocks/`. */
export default defineConfig(({ mode }) => ({
  plugins: [react(), ...(mode === 'mock' ? [mockApi()] : [])],
  resolve: { alias: { '@': path.resolve(import.meta.dirname, 'src') } },
  server: mode === 'mock' ? {} : { proxy: { '/api': { target: server, changeOrigin: false } } },
  build: { target: 'es2022', chunkSizeWarningLimit: 700, assetsInlineLimit: 0, sourcemap: false },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test-setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
  },
}));
