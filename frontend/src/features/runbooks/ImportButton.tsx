import { Button, FileButton, List, Modal } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useImportRunbooks } from '@/api/runbooks';
import type { Folder, ImportedRunbook } from '@/api/types';

/** Takes runbook files (YAML) into the chosen folder; all or nothing. */
export function ImportButton({ folder }: { folder: Folder | undefined }) {
  const load = useImportRunbooks();
  const take = async (files: File[]) => {
    if (files.length === 0) return;
    const texts = await Promise.all(
      files.map(async (file) => ({ path: file.name, text: await file.text() })),
    );
    load.mutate({ files: texts, folder_id: folder?.id });
  };
  return (
    <>
      <FileButton multiple accept=".yaml,.yml,application/yaml" onChange={(files) => void take(files)}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            leftSection={<IconUpload size={14} />}
            loading={load.isPending}
          >
            Import
          </Button>
        )}
      </FileButton>
      <Modal opened={load.isSuccess} onClose={load.reset} title="Imported" centered>
        <List size="sm">
          {load.data?.runbooks.map((each) => (
            <Imported key={each.path} runbook={each} />
          ))}
        </List>
      </Modal>
    </>
  );
}

function Imported({ runbook }: { runbook: ImportedRunbook }) {
  const { path, action, version, findings } = runbook;
  const found = findings.length ? `, ${findings.length} findings` : '';
  return (
    <List.Item>
      {path}: {action}
      {version === null ? '' : `, version ${version}`}
      {found}
    </List.Item>
  );
}
