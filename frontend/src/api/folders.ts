import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch, post, remove } from './client';
import type { Folder } from './types';

export const folderKeys = { all: ['folders'] as const };

export const foldersOptions = queryOptions({
  queryKey: folderKeys.all,
  queryFn: ({ signal }) => get<Folder[]>('/folders', {}, signal),
});

function useFolderMutation<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { quiet: true },
    onSettled: () => client.invalidateQueries({ queryKey: folderKeys.all }),
  });
}

export const useCreateFolder = () =>
  useFolderMutation((input: { parent_id: string; name: string }) => post<Folder>('/folders', input));

export const useChangeFolder = () =>
  useFolderMutation(({ id, ...change }: { id: string; name?: string; parent_id?: string }) =>
    patch<Folder>(`/folders/${id}`, change),
  );

export const useDeleteFolder = () => useFolderMutation((id: string) => remove(`/folders/${id}`));
