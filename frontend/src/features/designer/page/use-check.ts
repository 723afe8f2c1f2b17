import { useEffect } from 'react';
import { checkDocument } from '@/api/runbooks';
import { useEditing } from '../state/context';
import type { DraftSaver } from '../state/saver';

/** Asks once for the findings of a draft that was opened; after that every save brings them. */
export function useCheck(saver: DraftSaver): void {
  const { editor } = useEditing();
  useEffect(() => {
    let gone = false;
    checkDocument(editor.getState().document)
      .then(({ findings }) => {
        if (!gone) saver.tell(findings);
      })
      .catch(() => undefined); // Without findings the canvas has no badges; the next save brings them.
    return () => {
      gone = true;
    };
  }, [editor, saver]);
}
