import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from './client';

export const folderKeys = { all: ['folders'] as const };

export const foldersOptions = queryOptions({
  queryKey: folderKeys.all,
  queryFn: ({ signal }) => body(api.GET('/api/v1/folders', { signal })),
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
  useFolderMutation((input: { parent_id: string; name: string }) =>
    body(api.POST('/api/v1/folders', { body: input })),
  );

export const useChangeFolder = () =>
  useFolderMutation(({ id, ...change }: { id: string; name?: string; parent_id?: string }) =>
    body(api.PATCH('/api/v1/folders/{folder_id}', { params: { path: { folder_id: id } }, body: change })),
  );

export const useDeleteFolder = () =>
  useFolderMutation((id: string) =>
    body(api.DELETE('/api/v1/folders/{folder_id}', { params: { path: { folder_id: id } } })),
  );
