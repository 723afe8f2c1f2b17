import { createContext, use } from 'react';
import type { Finding } from '@/api/types';

const NONE: readonly Finding[] = [];

export const FindingsContext = createContext<readonly Finding[]>(NONE);

/** What the server's checks say about the document as it was saved last. */
export const useFindings = (): readonly Finding[] => use(FindingsContext);
