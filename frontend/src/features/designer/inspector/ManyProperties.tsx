import { Button, Group, Text } from '@mantine/core';
import { align, changeActivity } from '../model/edits';
import { useEditor, useReadOnly } from '../state/context';
import classes from './PropertiesPanel.module.css';

/** What can be done to several things at once. */
export function ManyProperties() {
  const selection = useEditor((state) => state.selection);
  const edit = useEditor((state) => state.edit);
  const remove = useEditor((state) => state.remove);
  const readOnly = useReadOnly();
  const { activities, links } = selection;
  const enable = (enabled: undefined | false) =>
    edit('', (document) =>
      activities.reduce((changed, id) => changeActivity(changed, id, { enabled }), document),
    );
  return (
    <>
      <h2 className={classes.title}>
        {activities.length} activities, {links.length} links
      </h2>
      <Text size="xs" c="var(--text-soft)" mb="sm">
        Copy and paste work with the usual keys.
      </Text>
      {readOnly ? null : (
        <Group gap="xs">
          <Button variant="default" onClick={() => enable(undefined)}>
            Enable
          </Button>
          <Button variant="default" onClick={() => enable(false)}>
            Disable
          </Button>
          <Button variant="default" onClick={() => edit('', (document) => align(document, activities, 'y'))}>
            Align in a row
          </Button>
          <Button variant="default" onClick={() => edit('', (document) => align(document, activities, 'x'))}>
            Align in a column
          </Button>
          <Button variant="light" color="red" onClick={() => remove(selection)}>
            Delete
          </Button>
        </Group>
      )}
    </>
  );
}
