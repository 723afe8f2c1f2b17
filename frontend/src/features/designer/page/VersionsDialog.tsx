import { Button, Modal, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { fetchVersion, versionsOptions } from '@/api/runbooks';
import type { Runbook } from '@/api/types';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import { Ago } from '@/shared/ui/times';
import { useEditing } from '../state/context';

interface Props {
  runbook: Runbook;
  onClose: () => void;
}

/** All versions, newest first; each can be brought back into the draft, where undo takes it out again. */
export function VersionsDialog({ runbook, onClose }: Props) {
  const { editor, saver } = useEditing();
  const versions = useQuery(versionsOptions(runbook.id));
  const [busy, setBusy] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const restore = (version: number) => {
    setBusy(version);
    fetchVersion(runbook.id, version)
      .then(({ document }) => {
        editor.getState().replace(document);
        onClose();
      })
      .catch((problem: unknown) => {
        setError(messageOf(problem));
        setBusy(null);
      });
  };
  return (
    <Modal opened onClose={onClose} title={`Versions of ${runbook.name}`} size="lg" centered>
      {versions.isPending ? <Loading what="versions" /> : null}
      {versions.error ? <ErrorNote message={messageOf(versions.error)} /> : null}
      {error ? <ErrorNote message={error} /> : null}
      {versions.data?.length === 0 ? <Text size="sm">Nothing has been checked in yet.</Text> : null}
      {versions.data?.length ? (
        <Table aria-label="Versions" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th>Comment</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.data.map(({ version, comment, checked_in_by: by, checked_in_at: at }) => (
              <Table.Tr key={version}>
                <Table.Td>{version}</Table.Td>
                <Table.Td>{comment}</Table.Td>
                <Table.Td>{by}</Table.Td>
                <Table.Td>
                  <Ago at={at} />
                </Table.Td>
                <Table.Td>
                  {saver ? (
                    <Button
                      size="compact-xs"
                      variant="light"
                      loading={busy === version}
                      onClick={() => restore(version)}
                    >
                      Restore to the draft
                    </Button>
                  ) : null}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
    </Modal>
  );
}
