import { createContext, use, useEffect } from 'react';
import type { LiveUpdates } from './live';

export const LiveContext = createContext<LiveUpdates | null>(null);

/** While mounted, asks for the live activity changes of this instance ('' for none). */
export function useLiveInstance(instanceId: string): void {
  const live = use(LiveContext);
  useEffect(() => {
    live?.watch(instanceId);
    return () => live?.watch('');
  }, [live, instanceId]);
}
