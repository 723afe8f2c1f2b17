import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { messageOf } from '@/api/problem';
import { groupMembersOptions } from '@/api/resources';
import type { ComputerGroup } from '@/api/types';
import { ErrorNote, Loading } from '@/shared/ui/notes';
import classes from './admin.module.css';

/** The computers that a group stands for now, ranges and groups in it written out. */
export function MembersDialog({ group, onClose }: { group: ComputerGroup; onClose: () => void }) {
  const query = useQuery(groupMembersOptions(group.id));
  const computers = query.data?.computers;
  return (
    <Modal opened onClose={onClose} title={`Members of ${group.path}`} centered>
      {query.isPending ? <Loading what="members" /> : null}
      {query.error ? (
        <ErrorNote message={messageOf(query.error)} onRetry={() => void query.refetch()} />
      ) : null}
      {computers ? (
        <>
          <Text size="sm" c="var(--text-soft)">
            {computers.length === 1 ? '1 computer' : `${computers.length} computers`}
          </Text>
          <ol className={classes.members} aria-label="Computers">
            {computers.map((computer) => (
              <li key={computer}>{computer}</li>
            ))}
          </ol>
        </>
      ) : null}
    </Modal>
  );
}
