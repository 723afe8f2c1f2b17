import { Tree, type TreeNodeData, useTree } from '@mantine/core';
import { IconChevronRight, IconFolder, IconFolderOpen } from '@tabler/icons-react';
import { type KeyboardEvent, useMemo, useState } from 'react';
import type { Folder } from '@/api/types';
import classes from './FolderTree.module.css';
import { type Branch, nameOf, pathTo, treeOf } from './tree';

interface Props {
  folders: Folder[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

const toNode = ({ folder, children }: Branch): TreeNodeData => ({
  value: folder.id,
  label: nameOf(folder),
  nodeProps: { count: folder.runbook_count },
  ...(children.length ? { children: children.map(toNode) } : {}),
});

/** The folders; arrow keys walk and fold, Enter or a click chooses. */
export function FolderTree({ folders, selected, onSelect }: Props) {
  // The tree starts anew whenever its data is another object.
  const data = useMemo(() => treeOf(folders).map(toNode), [folders]);
  const shown = [...data.map((node) => node.value), ...pathTo(folders, selected).map((folder) => folder.id)];
  const [folds, setFolds] = useState<Record<string, boolean>>({});
  const open = Object.fromEntries(shown.map((id) => [id, true]));
  const tree = useTree({ expandedState: { ...open, ...folds }, onExpandedStateChange: setFolds });
  const onKeyDown = (event: KeyboardEvent) => {
    const id = event.target instanceof HTMLElement ? event.target.dataset.value : undefined;
    if (event.key === 'Enter' && id) onSelect(id);
  };
  return (
    <div role="presentation" onKeyDown={onKeyDown}>
      <Tree
        data={data}
        tree={tree}
        levelOffset={16}
        aria-label="Folders"
        expandOnClick={false}
        renderNode={({ node, expanded, hasChildren, elementProps, tree: state }) => (
          // The tree's own list item, which has the focus, takes the keys; see onKeyDown below.
          <div
            role="presentation"
            {...elementProps}
            className={`${elementProps.className} ${classes.node ?? ''}`}
            data-selected={node.value === selected || undefined}
            onClick={(event) => {
              elementProps.onClick(event);
              onSelect(node.value);
            }}
          >
            <button
              type="button"
              tabIndex={-1}
              aria-hidden
              className={classes.fold}
              data-open={expanded || undefined}
              data-leaf={!hasChildren || undefined}
              onClick={(event) => {
                event.stopPropagation();
                state.toggleExpanded(node.value);
              }}
            >
              <IconChevronRight size={14} />
            </button>
            {expanded && hasChildren ? (
              <IconFolderOpen size={16} aria-hidden />
            ) : (
              <IconFolder size={16} aria-hidden />
            )}
            <span className={classes.name}>{node.label}</span>
            <span className={classes.count}>{String(node.nodeProps?.count ?? '') || ''}</span>
          </div>
        )}
      />
    </div>
  );
}
