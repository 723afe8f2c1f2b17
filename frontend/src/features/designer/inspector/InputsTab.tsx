import { useRunbookBy } from '@/api/invoked';
import type { ActivityDefinition, ActivityType, Field, Json } from '@/api/types';
import { invocationOf, setByPath } from '../model/invoke';
import { setInput } from '../model/edits';
import { shownFields } from '../model/inputs';
import { findingsOf } from '../model/problems';
import { useEditor, useReadOnly } from '../state/context';
import { useFindings } from '../state/findings';
import { ActivityField } from './fields/ActivityField';
import { type FieldProps, InputField } from './fields/InputField';
import { ParameterRows } from './fields/ParameterRows';
import { RunbookField } from './fields/RunbookField';
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
  const invocation = invocationOf(type, inputs);
  const invoked = useRunbookBy(invocation?.runbook ?? '', invocation?.byPath ?? false);
  const put = (name: string, value: Json | undefined) =>
    edit(`input:${id}.${name}`, (document) =>
      name === invocation?.switch && invoked
        ? setByPath(document, id, invocation, value === true, invoked)
        : setInput(document, id, name, value),
    );
  const show = (field: Field) => {
    const props: FieldProps = {
      field,
      value: inputs[field.name],
      onChange: (value) => put(field.name, value),
      error: findingsOf(findings, id, field.name)[0]?.message,
      disabled: readOnly,
    };
    if (field.kind === 'activity') return <ActivityField key={field.name} id={id} {...props} />;
    if (field.kind === 'runbook')
      return <RunbookField key={field.name} byPath={invocation?.byPath ?? false} {...props} />;
    if (field.name === invocation?.parameters && invoked)
      return <ParameterRows key={field.name} parameters={invoked.parameters} {...props} />;
    return <InputField key={field.name} {...props} />;
  };
  return (
    <div className={classes.stack}>
      {shownFields(type, inputs)
        .filter((field) => (field.tab || 'Details') === tab)
        .map(show)}
    </div>
  );
}
