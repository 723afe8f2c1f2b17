import { ActionIcon, Group, Menu, Modal, Select, Button, Tooltip } from '@mantine/core';
import { IconDots, IconDownload, IconFolderSymlink, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { foldersOptions } from '@/api/folders';
import { messageOf } from '@/api/problem';
import { exportRunbook, useDeleteRunbook, useMoveRunbook } from '@/api/runbooks';
import type { RunbookSummary } from '@/api/types';
import { saveFile } from '@/shared/lib/files';
import { ConfirmDialog } from '@/shared/ui/dialogs';

interface Props {
  runbook: RunbookSummary;
  onStart: () => void;
}

/** What can be done to one runbook of the list. */
export function RowActions({ runbook, onStart }: Props) {
  const [open, setOpen] = useState<'delete' | 'move' | null>(null);
  const canRun = runbook.version !== null;
  const save = () =>
    void exportRunbook(runbook.id).then((text) => saveFile(`${runbook.name}.yaml`, text, 'application/yaml'));
  return (
    <Group gap={0} wrap="nowrap" justify="flex-end">
      <Tooltip label={canRun ? `Run ${runbook.name}` : 'Check it in first'}>
        <ActionIcon aria-label={`Run ${runbook.name}`} disabled={!canRun} color="lake" onClick={onStart}>
          <IconPlayerPlay size={16} />
        </ActionIcon>
      </Tooltip>
      <Menu>
        <Menu.Target>
          <ActionIcon aria-label={`More actions for ${runbook.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} disabled={!canRun} onClick={save}>
            Export as YAML
          </Menu.Item>
          <Menu.Item leftSection={<IconFolderSymlink size={16} />} onClick={() => setOpen('move')}>
            Move to folder…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setOpen('delete')}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'delete' ? <DeleteDialog runbook={runbook} onClose={() => setOpen(null)} /> : null}
      {open === 'move' ? <MoveDialog runbook={runbook} onClose={() => setOpen(null)} /> : null}
    </Group>
  );
}

interface DialogProps {
  runbook: RunbookSummary;
  onClose: () => void;
}

function DeleteDialog({ runbook, onClose }: DialogProps) {
  const destroy = useDeleteRunbook();
  return (
    <ConfirmDialog
      title="Delete runbook"
      action="Delete runbook"
      danger
      opened
      onClose={onClose}
      busy={destroy.isPending}
      error={destroy.error ? messageOf(destroy.error) : null}
      onConfirm={() => destroy.mutate(runbook.id, { onSuccess: onClose })}
    >
      “{runbook.name}” is deleted with its versions and its draft. Results of past jobs stay.
    </ConfirmDialog>
  );
}

function MoveDialog({ runbook, onClose }: DialogProps) {
  const { data: folders = [] } = useQuery(foldersOptions);
  const move = useMoveRunbook();
  const [folder, setFolder] = useState<string | null>(runbook.folder_id);
  const go = () => {
    if (folder) move.mutate({ id: runbook.id, folder_id: folder }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={`Move ${runbook.name}`} centered>
      <Select
        label="Folder"
        searchable
        data={folders.map((each) => ({ value: each.id, label: each.path || 'Runbooks' }))}
        value={folder}
        onChange={setFolder}
      />
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={go} loading={move.isPending} disabled={folder === runbook.folder_id}>
          Move
        </Button>
      </Group>
    </Modal>
  );
}
