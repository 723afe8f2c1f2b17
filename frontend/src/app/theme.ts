import { createTheme, type MantineColorsTuple } from '@mantine/core';

const lake: MantineColorsTuple = [
  '#e6f5fa',
  '#d3e8f0',
  '#a8d0e0',
  '#78b6cf',
  '#52a1c1',
  '#3a94b8',
  '#2c8db5',
  '#1c7493',
  '#17627d',
  '#0a5169',
];

/** The dark scheme in the same cool greys as the surfaces of tokens.css. */
const dark: MantineColorsTuple = [
  '#e4e9ee',
  '#c3ccd5',
  '#a3aeba',
  '#7d8a98',
  '#3b4653',
  '#313a45',
  '#232b34',
  '#1a2028',
  '#171c22',
  '#12161b',
];

/** Dense and calm: small controls, system fonts, one accent colour that keeps AA contrast with white. */
export const theme = createTheme({
  primaryColor: 'lake',
  primaryShade: { light: 8, dark: 7 },
  colors: { lake, dark },
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { withinPortal: true } } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    Tooltip: { defaultProps: { openDelay: 350, withinPortal: true } },
    Modal: {
      defaultProps: {
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Tabs: { styles: { tab: { padding: '6px 9px', fontSize: 12.5 } } },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end' } },
  },
});
