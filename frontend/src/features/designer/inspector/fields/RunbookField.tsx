import { Anchor, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useRunbookBy } from '@/api/invoked';
import { runbooksOptions } from '@/api/runbooks';
import { hasTokens } from '../../model/template';
import type { FieldProps } from './InputField';
import { TokenInput } from './TokenInput';
import { toText } from './values';

const PAUSE_MS = 200; // Typing a word asks the server once.

/** Another runbook, found by its path; kept as its id, or as its path with `byPath`. */
export function RunbookField({ byPath, ...props }: FieldProps & { byPath: boolean }) {
  const { field, value, onChange, error, disabled } = props;
  const current = toText(value);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, PAUSE_MS);
  const chosen = useRunbookBy(current, byPath);
  const { data } = useInfiniteQuery(runbooksOptions(search ? { search } : {}));
  if (hasTokens(current)) {
    return (
      <TokenInput
        label={field.label}
        description={field.help}
        required={field.required}
        error={error}
        disabled={disabled}
        value={current}
        onChange={(text) => onChange(text || undefined)}
      />
    );
  }
  const found = (data?.pages ?? [])
    .flatMap((page) => page.items)
    .map(({ id, path }) => ({ value: byPath ? path : id, label: path }));
  const isKnown = !current || found.some((each) => each.value === current);
  const options = isKnown ? found : [{ value: current, label: chosen?.path ?? current }, ...found];
  return (
    <div>
      <Select
        label={field.label}
        description={field.help}
        withAsterisk={field.required}
        placeholder="Search by path"
        nothingFoundMessage="No runbook has this in its path"
        searchable
        clearable
        data={options}
        filter={({ options: all }) => all}
        value={current || null}
        error={error}
        disabled={disabled}
        onSearchChange={(text) => setTyped(options.some(({ label }) => label === text) ? '' : text)}
        onChange={(next) => onChange(next ?? undefined)}
      />
      {chosen ? (
        <Anchor
          size="xs"
          renderRoot={(root) => (
            <Link to="/runbooks/$runbookId" params={{ runbookId: chosen.id }} search={{}} {...root} />
          )}
        >
          Open {chosen.name}
        </Anchor>
      ) : null}
    </div>
  );
}
