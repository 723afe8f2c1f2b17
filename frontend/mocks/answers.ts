import { HttpResponse } from 'msw';
import type { Runbook } from '../src/api/types';

export const API = '*/api/v1';

export const problem = (status: number, title: string, more: object = {}) =>
  HttpResponse.json({ type: 'about:blank', title, status, detail: title, code: 'mock', ...more }, { status });
export const page = (items: object[]) => HttpResponse.json({ items, next_cursor: null });
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const summary = (runbook: Runbook) => ({ ...runbook, document: undefined });
