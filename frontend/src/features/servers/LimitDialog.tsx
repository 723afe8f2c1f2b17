import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { messageOf } from '@/api/problem';
import { useServerOrder } from '@/api/servers';
import type { RunbookServer } from '@/api/types';
import { FormDialog } from '@/shared/ui/FormDialog';

/** How many runs a server takes at once; empty is what it can. */
export function LimitDialog({ server, onClose }: { server: RunbookServer; onClose: () => void }) {
  const order = useServerOrder(server.id, true);
  const [limit, setLimit] = useState<number | string>(server.limit ?? '');
  return (
    <FormDialog
      title={`Limit ${server.name}`}
      onClose={onClose}
      busy={order.isPending}
      error={order.error ? messageOf(order.error) : null}
      onSubmit={() =>
        order.mutate(
          { wish: 'limit', limit: typeof limit === 'number' ? limit : null },
          { onSuccess: onClose },
        )
      }
    >
      <NumberInput
        label="Runs at once"
        description={`Left empty, it takes what it can: ${server.capacity}.`}
        value={limit}
        onChange={setLimit}
        min={1}
        allowDecimal={false}
        data-autofocus
      />
    </FormDialog>
  );
}
