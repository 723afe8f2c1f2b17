import type { Extension } from '@codemirror/state';

/** The colouring of a language, loaded when it is first needed; an unknown one has none. */
export async function languageOf(name: string): Promise<Extension> {
  switch (name.toLowerCase()) {
    case 'python':
      return (await import('@codemirror/lang-python')).python();
    case 'json':
      return (await import('@codemirror/lang-json')).json();
    case 'sql':
      return (await import('@codemirror/lang-sql')).sql();
    case 'xml':
    case 'xpath':
    case 'html':
      return (await import('@codemirror/lang-xml')).xml();
    case 'shell':
    case 'sh':
    case 'bash':
      return legacy(async () => (await import('@codemirror/legacy-modes/mode/shell')).shell);
    case 'powershell':
      return legacy(async () => (await import('@codemirror/legacy-modes/mode/powershell')).powerShell);
    default:
      return [];
  }
}

async function legacy(
  load: () => Promise<Parameters<typeof import('@codemirror/language').StreamLanguage.define>[0]>,
) {
  const { StreamLanguage } = await import('@codemirror/language');
  return StreamLanguage.define(await load());
}
