import type { Folder } from '@/api/types';

export interface Branch {
  folder: Folder;
  children: Branch[];
}

/** The folders as a tree, names in the reader's order; a folder whose parent is missing hangs at the root. */
export function treeOf(folders: readonly Folder[]): Branch[] {
  const ids = new Set(folders.map((folder) => folder.id));
  const below = (parent: string | null): Branch[] =>
    folders
      .filter(
        (folder) =>
          (folder.parent_id !== null && ids.has(folder.parent_id) ? folder.parent_id : null) === parent,
      )
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
      .map((folder) => ({ folder, children: below(folder.id) }));
  return below(null);
}

export const nameOf = (folder: Folder): string => folder.name || 'Runbooks';

/** The folder and all above it, topmost first. */
export function pathTo(folders: readonly Folder[], id: string | undefined): Folder[] {
  const folder = folders.find((each) => each.id === id);
  return folder ? [...pathTo(folders, folder.parent_id ?? undefined), folder] : [];
}
