// What cannot work in HubSpot's sandbox (raw HTML, window, fetch, imports across folders) is refused by HubSpot's own rules; the rest is habit.
import js from '@eslint/js';
import { config as uiExtensions } from '@hubspot/eslint-config-ui-extensions';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const EXTENSIONS = ['hubspot_project/src/**/*.{ts,tsx}'];

export default tseslint.config(
  { ignores: ['out/**', 'host/**', '**/dist/**', '**/node_modules/**'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  { files: ['tools/**/*.mjs', 'tests/**/*.mjs', '*.js', '*.ts'], languageOptions: { globals: { console: 'readonly', URL: 'readonly', performance: 'readonly', process: 'readonly' } } },
  ...uiExtensions.map((part) => (part.rules ? { ...part, files: EXTENSIONS } : part)),
  { ...reactHooks.configs.flat['recommended-latest'], files: EXTENSIONS },
  { files: EXTENSIONS, rules: { 'max-lines': ['error', 400], 'max-lines-per-function': ['error', 120] } },
);
