import type { ActivityDefinition, ActivityType, Json } from '@/api/types';
import { setInput } from '../model/edits';
import { shownFields } from '../model/inputs';
import { findingsOf } from '../model/problems';
import { useEditor, useReadOnly } from '../state/context';
import { useFindings } from '../state/findings';
import { InputField } from './fields/InputField';
import classes from './PropertiesPanel.module.css';

interface Props {
  id: string;
  activity: ActivityDefinition;
  type: ActivityType;
  tab: string;
}

/** The inputs of one tab. */
export function InputsTab({ id, activity, type, tab }: Props) {
  const edit = useEditor((state) => state.edit);
  const readOnly = useReadOnly();
  const findings = useFindings();
  const inputs = activity.inputs ?? {};
  const put = (name: string, value: Json | undefined) =>
    edit(`input:${id}.${name}`, (document) => setInput(document, id, name, value));
  return (
    <div className={classes.stack}>
      {shownFields(type, inputs)
        .filter((field) => (field.tab || 'Details') === tab)
        .map((field) => (
          <InputField
            key={field.name}
            field={field}
            value={inputs[field.name]}
            onChange={(value) => put(field.name, value)}
            error={findingsOf(findings, id, field.name)[0]?.message}
            disabled={readOnly}
          />
        ))}
    </div>
  );
}
