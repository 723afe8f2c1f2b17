import { Button, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { foldersOptions } from '@/api/folders';
import { messageOf } from '@/api/problem';
import { runbooksOptions, useCreateRunbook } from '@/api/runbooks';
import type { Folder, RunbookSummary } from '@/api/types';
import { DataTable } from '@/shared/ui/DataTable';
import { PromptDialog } from '@/shared/ui/dialogs';
import { Empty, ErrorNote, Loading } from '@/shared/ui/notes';
import { PageFrame } from '@/shared/ui/PageFrame';
import { columns } from './columns';
import { FolderPane } from './FolderPane';
import { ImportButton } from './ImportButton';
import { RowActions } from './RowActions';
import classes from './RunbooksPage.module.css';
import { nameOf, pathTo } from './tree';

export interface RunbooksSearch {
  folder?: string | undefined;
  search?: string | undefined;
}

interface Props {
  search: RunbooksSearch;
  onSearch: (search: RunbooksSearch) => void;
  /** Draws the dialog that starts a runbook. */
  renderStart: (runbook: RunbookSummary, onClose: () => void) => ReactNode;
}

/** The folder tree and the runbooks of the chosen folder, or those found by name. */
export function RunbooksPage({ search, onSearch, renderStart }: Props) {
  const folders = useQuery(foldersOptions);
  const [starting, setStarting] = useState<RunbookSummary | null>(null);
  if (folders.isPending) return <Loading what="folders" />;
  if (folders.isError)
    return <ErrorNote message={messageOf(folders.error)} onRetry={() => void folders.refetch()} />;
  const root = folders.data.find((folder) => folder.parent_id === null);
  const current = folders.data.find((folder) => folder.id === search.folder) ?? root;
  const path = pathTo(folders.data, current?.id).map(nameOf).join(' / ');
  return (
    <div className={classes.layout}>
      <aside className={classes.side}>
        <FolderPane folders={folders.data} current={current} onSelect={(folder) => onSearch({ folder })} />
      </aside>
      <PageFrame
        title={search.search ? 'Found runbooks' : current ? nameOf(current) : 'Runbooks'}
        subtitle={search.search ? 'In all folders' : path}
        actions={
          <>
            <SearchBox
              key={search.search}
              initial={search.search ?? ''}
              onSearch={(text) => onSearch({ ...search, search: text || undefined })}
            />
            <ImportButton folder={current} />
            {current ? <NewRunbook folder={current} /> : null}
          </>
        }
      >
        <RunbookList folder={current} search={search.search} onStart={setStarting} />
      </PageFrame>
      {starting ? renderStart(starting, () => setStarting(null)) : null}
    </div>
  );
}

function SearchBox({ initial, onSearch }: { initial: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(initial);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <TextInput
        aria-label="Find a runbook in all folders"
        placeholder="Find in all folders"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

function NewRunbook({ folder }: { folder: Folder }) {
  const navigate = useNavigate();
  const create = useCreateRunbook();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button leftSection={<IconPlus size={14} />} onClick={() => setOpen(true)}>
        New runbook
      </Button>
      <PromptDialog
        key={String(open)}
        title={`New runbook in ${nameOf(folder)}`}
        label="Name"
        action="Create"
        required
        opened={open}
        onClose={() => setOpen(false)}
        busy={create.isPending}
        error={create.error ? messageOf(create.error) : null}
        onSubmit={(name) =>
          create.mutate(
            { folder_id: folder.id, name },
            {
              onSuccess: ({ id }) => void navigate({ to: '/runbooks/$runbookId', params: { runbookId: id } }),
            },
          )
        }
      />
    </>
  );
}

interface ListProps {
  folder: Folder | undefined;
  search: string | undefined;
  onStart: (runbook: RunbookSummary) => void;
}

function RunbookList({ folder, search, onStart }: ListProps) {
  const list = useInfiniteQuery(runbooksOptions(search ? { search } : { folder_id: folder?.id }));
  if (list.isPending) return <Loading what="runbooks" />;
  if (list.isError) return <ErrorNote message={messageOf(list.error)} onRetry={() => void list.refetch()} />;
  return (
    <DataTable
      label="Runbooks"
      rows={list.data.pages.flatMap((page) => page.items)}
      columns={columns(Boolean(search), (runbook) => (
        <RowActions runbook={runbook} onStart={() => onStart(runbook)} />
      ))}
      rowId={(runbook) => runbook.id}
      onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
      empty={
        search ? (
          <Empty title="Nothing found">No runbook’s name or description holds “{search}”.</Empty>
        ) : (
          <Empty title="No runbooks in this folder">Make one with New runbook, or import files.</Empty>
        )
      }
    />
  );
}
