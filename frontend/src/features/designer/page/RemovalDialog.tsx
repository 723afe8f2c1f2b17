import { Button, Group, Modal, Text } from '@mantine/core';
import { nameOf } from '../model/document';
import { leftBehind } from '../model/edits';
import { insideOf } from '../model/groups';
import { useEditing, useEditor } from '../state/context';

/** Asks what is to become of the activities in a group that is about to be deleted. */
export function RemovalDialog() {
  const { types } = useEditing();
  const removal = useEditor((state) => state.removal);
  const document = useEditor((state) => state.document);
  const answer = useEditor((state) => state.answerRemoval);
  if (!removal) return null;
  const groups = leftBehind(document, removal.selection);
  const names = groups.flatMap((id) => {
    const activity = document.activities?.[id];
    return activity ? [`“${nameOf(activity, types)}”`] : [];
  });
  const count = new Set(groups.flatMap((id) => insideOf(document, id))).size;
  const title = `Delete ${names.join(' and ')}`;
  return (
    <Modal opened onClose={() => answer(null)} title={title} centered>
      <Text size="sm">
        {count === 1 ? 'One activity is' : `${count} activities are`} inside. What is to become of{' '}
        {count === 1 ? 'it' : 'them'}?
      </Text>
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={() => answer(null)}>
          Cancel
        </Button>
        <Button color="red" variant="light" onClick={() => answer('remove')}>
          Delete as well
        </Button>
        <Button onClick={() => answer('keep')} data-autofocus>
          Move out
        </Button>
      </Group>
    </Modal>
  );
}
