import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Who may import whom: shared < api < features < app; features do not know each other. */
const layers = {
  plugins: { boundaries },
  settings: {
    'boundaries/elements': [
      { type: 'shared', pattern: 'src/shared' },
      { type: 'api', pattern: 'src/api' },
      { type: 'feature', pattern: 'src/features/*', capture: ['feature'] },
      { type: 'app', pattern: 'src/app' },
    ],
    'boundaries/include': ['src/**/*.{ts,tsx}'],
    'import/resolver': { typescript: { project: './tsconfig.app.json' } },
  },
  rules: {
    'boundaries/dependencies': [
      2,
      {
        default: 'disallow',
        policies: [
          { allow: { to: { module: { origin: 'external' } } } },
          { allow: { to: { module: { origin: 'core' } } } },
          { from: { element: { type: 'api' } }, allow: { to: { element: { type: 'shared' } } } },
          {
            from: { element: { type: 'feature' } },
            allow: { to: { element: { types: { anyOf: ['shared', 'api'] } } } },
          },
          {
            from: { element: { type: 'app' } },
            allow: { to: { element: { types: { anyOf: ['shared', 'api', 'feature'] } } } },
          },
        ],
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in template strings read well; everything else must be turned into text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `onClick={() => close()}` is idiomatic React.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // The router's redirect() is thrown by design.
      '@typescript-eslint/only-throw-error': 'off',
      'max-lines': ['error', { max: 250, skipBlankLines: false }],
      'max-lines-per-function': ['error', { max: 120 }],
      // Optional chains and defaults count as branches here, so the limit is above that of the server's code.
      complexity: ['error', 20],
    },
  },
  { files: ['src/**/*.tsx'], ...jsxA11y.flatConfigs.strict },
  { files: ['src/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  { files: ['src/{shared,api,features,app}/**/*.{ts,tsx}'], ...layers },
  {
    files: ['src/features/*/model/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['react', 'react-dom'],
          patterns: ['react/*', '@xyflow/react', '@mantine/*', '@tanstack/*'],
        },
      ],
    },
  },
  { files: ['**/*.test.{ts,tsx}'], rules: { 'max-lines-per-function': 'off' } },
);
