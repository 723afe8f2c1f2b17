import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, defaultHighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { oneDarkHighlight } from './code-colours';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { ActionIcon, Group, Input, useComputedColorScheme } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState } from 'react';
import { PublishedPicker } from '../PublishedPicker';
import classes from './CodeField.module.css';
import { languageOf } from './languages';
import type { FieldProps } from './InputField';
import { Readable } from './Readable';
import { toOptional, toText } from './values';

/** Source code with colours, line numbers and subscriptions. Loaded only when a code field is shown. */
export default function CodeField({ field, value, onChange, error, disabled }: FieldProps) {
  const id = useId();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(onChange);
  const [picking, setPicking] = useState(false);
  const dark = useComputedColorScheme('light') === 'dark';
  const text = toText(value ?? field.default);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (!host.current) return undefined;
    const language = new Compartment();
    const state = EditorState.create({
      doc: text,
      extensions: [
        ...basics(dark, disabled, field.label),
        language.of([]),
        onEdit((next) => latest.current(toOptional(next))),
      ],
    });
    const editor = new EditorView({ state, parent: host.current });
    view.current = editor;
    void languageOf(field.language).then((support) =>
      editor.dispatch({ effects: language.reconfigure(support) }),
    );
    return () => editor.destroy();
    // The text is the editor's own once it is there; the effect below brings in changes from outside.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [field.language, field.label, dark, disabled]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  const insert = (token: string) => {
    setPicking(false);
    view.current?.dispatch(view.current.state.replaceSelection(token));
    view.current?.focus();
  };
  return (
    <Input.Wrapper
      size="xs"
      label={field.label}
      description={field.help}
      error={error}
      required={field.required}
      id={id}
    >
      <div className={classes.frame}>
        <div ref={host} />
        {disabled ? null : (
          <Group gap={0} className={classes.tools}>
            <PublishedPicker opened={picking} onClose={() => setPicking(false)} onPick={insert}>
              <ActionIcon
                size="sm"
                title="Subscribe to published data or a variable"
                aria-label={`Subscribe in ${field.label}`}
                onClick={() => setPicking(!picking)}
              >
                <IconBraces size={14} />
              </ActionIcon>
            </PublishedPicker>
          </Group>
        )}
      </div>
      <Readable text={text} />
    </Input.Wrapper>
  );
}

function basics(dark: boolean, readOnly: boolean, label: string): Extension[] {
  return [
    lineNumbers(),
    history(),
    bracketMatching(),
    syntaxHighlighting(dark ? oneDarkHighlight : defaultHighlightStyle),
    keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
    EditorView.theme({}, { dark }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label }),
    EditorState.readOnly.of(readOnly),
  ];
}

const onEdit = (tell: (text: string) => void): Extension =>
  EditorView.updateListener.of((update) => {
    if (update.docChanged) tell(update.state.doc.toString());
  });
