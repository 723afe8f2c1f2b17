import { expect, it } from 'vitest';
import type { Folder } from '@/api/types';
import { pathTo, treeOf } from './tree';

const folder = (id: string, parent_id: string | null): Folder => ({
  id,
  parent_id,
  name: id,
  path: id,
  runbook_count: 0,
});
const folders = [folder('root', null), folder('b', 'root'), folder('a', 'root'), folder('c', 'a')];

it('nests folders and sorts them by name', () => {
  const [root] = treeOf(folders);
  expect(root?.children.map((child) => child.folder.id)).toEqual(['a', 'b']);
  expect(root?.children[0]?.children[0]?.folder.id).toBe('c');
});

it('hangs a folder at the root when its parent is not known', () => {
  expect(treeOf([folder('x', 'gone')])).toHaveLength(1);
});

it('names the way to a folder from the top', () => {
  expect(pathTo(folders, 'c').map((each) => each.id)).toEqual(['root', 'a', 'c']);
});
