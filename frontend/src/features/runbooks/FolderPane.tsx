import { ActionIcon, Group, Menu, Text, Tooltip } from '@mantine/core';
import { IconDots, IconFolderPlus, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useChangeFolder, useCreateFolder, useDeleteFolder } from '@/api/folders';
import { messageOf } from '@/api/problem';
import type { Folder } from '@/api/types';
import { ConfirmDialog, PromptDialog } from '@/shared/ui/dialogs';
import { FolderTree } from './FolderTree';
import { nameOf } from './tree';

interface Props {
  folders: Folder[];
  current: Folder | undefined;
  onSelect: (id: string) => void;
}

type Open = 'create' | 'rename' | 'delete' | null;

/** The tree with what can be done to the chosen folder. */
export function FolderPane({ folders, current, onSelect }: Props) {
  const [open, setOpen] = useState<Open>(null);
  const isRoot = current?.parent_id === null;
  return (
    <section aria-label="Folder tree">
      <Group justify="space-between" px={6} pb={6}>
        <Text size="xs" fw={650} c="var(--text-soft)">
          Folders
        </Text>
        <Group gap={0}>
          <Tooltip label="New folder">
            <ActionIcon
              aria-label="New folder"
              size="sm"
              disabled={!current}
              onClick={() => setOpen('create')}
            >
              <IconFolderPlus size={16} />
            </ActionIcon>
          </Tooltip>
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label="Folder actions" size="sm" disabled={!current || isRoot}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setOpen('rename')}>
                Rename folder
              </Menu.Item>
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setOpen('delete')}>
                Delete folder
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      <FolderTree folders={folders} selected={current?.id} onSelect={onSelect} />
      {current ? (
        <FolderDialogs folder={current} open={open} onClose={() => setOpen(null)} onSelect={onSelect} />
      ) : null}
    </section>
  );
}

interface DialogsProps {
  folder: Folder;
  open: Open;
  onClose: () => void;
  onSelect: (id: string) => void;
}

function FolderDialogs({ folder, open, onClose, onSelect }: DialogsProps) {
  const create = useCreateFolder();
  const change = useChangeFolder();
  const destroy = useDeleteFolder();
  return (
    <>
      <PromptDialog
        key={`create ${String(open === 'create')}`}
        title={`New folder in ${nameOf(folder)}`}
        label="Name"
        action="Create"
        required
        opened={open === 'create'}
        onClose={onClose}
        busy={create.isPending}
        error={create.error ? messageOf(create.error) : null}
        onSubmit={(name) =>
          create.mutate(
            { parent_id: folder.id, name },
            {
              onSuccess: (made) => {
                onClose();
                onSelect(made.id);
              },
            },
          )
        }
      />
      <PromptDialog
        key={`rename ${folder.id} ${String(open === 'rename')}`}
        title="Rename folder"
        label="Name"
        action="Rename"
        required
        initial={folder.name}
        opened={open === 'rename'}
        onClose={onClose}
        busy={change.isPending}
        error={change.error ? messageOf(change.error) : null}
        onSubmit={(name) => change.mutate({ id: folder.id, name }, { onSuccess: onClose })}
      />
      <ConfirmDialog
        title="Delete folder"
        action="Delete folder"
        danger
        opened={open === 'delete'}
        onClose={onClose}
        busy={destroy.isPending}
        error={destroy.error ? messageOf(destroy.error) : null}
        onConfirm={() =>
          destroy.mutate(folder.id, {
            onSuccess: () => {
              onClose();
              if (folder.parent_id) onSelect(folder.parent_id);
            },
          })
        }
      >
        The folder “{folder.path || folder.name}” is deleted. Only an empty folder can be.
      </ConfirmDialog>
    </>
  );
}
