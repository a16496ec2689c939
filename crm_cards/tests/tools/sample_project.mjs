// A small whole project on disk, for tests of the validator and the bundler.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PINNED = { dependencies: { '@hubspot/ui-extensions': '0.17.0', react: '18.3.1' } };
const field = (name, type, fieldType) => ({ typeDefinition: { name, type, fieldType } });

/** File name in the project to its JSON value (or text). Fresh on each call, so that a test may spoil it. */
export const sampleFiles = () => ({
  'hsproject.json': { name: 'sample', srcDir: 'src', platformVersion: '2026.09' },
  'src/hsprofile.local.json': { accountId: 1, variables: { PUBLIC_URL: 'https://sample.example.com' } },
  'src/app/app-hsmeta.json': {
    uid: 'sample',
    type: 'app',
    config: {
      name: 'Sample',
      description: 'A sample app.',
      distribution: 'marketplace',
      auth: {
        type: 'oauth',
        redirectUrls: ['${PUBLIC_URL}/oauth/callback'],
        requiredScopes: ['oauth', 'timeline', 'crm.objects.contacts.read'],
        optionalScopes: ['crm.objects.deals.read'],
      },
      permittedUrls: { fetch: ['${PUBLIC_URL}'], iframe: [], img: [] },
      support: { supportEmail: 'support@sample.example.com' },
    },
  },
  'src/app/cards/tab-hsmeta.json': {
    uid: 'sample_tab',
    type: 'card',
    config: {
      name: 'Sample',
      description: 'A sample card.',
      location: 'crm.record.tab',
      entrypoint: '/app/cards/SampleTab.tsx',
      objectTypes: ['contacts', 'deals'],
    },
  },
  'src/app/cards/package.json': PINNED,
  'src/app/cards/SampleTab.tsx': "import { hubspot, Text } from '@hubspot/ui-extensions';\nhubspot.extend<'crm.record.tab'>(() => <Text>Sample</Text>);\n",
  'src/app/settings/settings-hsmeta.json': { uid: 'sample_settings', type: 'settings', config: { entrypoint: '/app/settings/Choices.tsx' } },
  'src/app/settings/package.json': PINNED,
  'src/app/settings/Choices.tsx': "import { hubspot, Text } from '@hubspot/ui-extensions';\nhubspot.extend<'settings'>(() => <Text>Sample</Text>);\n",
  'src/app/webhooks/webhooks-hsmeta.json': {
    uid: 'sample_webhooks',
    type: 'webhooks',
    config: {
      settings: { targetUrl: '${PUBLIC_URL}/webhooks', maxConcurrentRequests: 10 },
      subscriptions: {
        legacyCrmObjects: [{ subscriptionType: 'contact.propertyChange', propertyName: 'email', active: true }],
        hubEvents: [{ subscriptionType: 'contact.privacyDeletion', active: true }],
      },
    },
  },
  'src/app/workflow-actions/rate-hsmeta.json': {
    uid: 'sample_rate',
    type: 'workflow-action',
    config: {
      actionUrl: '${PUBLIC_URL}/workflow-actions/rate',
      isPublished: true,
      supportedClients: [{ client: 'WORKFLOWS' }],
      inputFields: [{ ...field('depth', 'string', 'text'), supportedValueTypes: ['STATIC_VALUE'], isRequired: false }],
      outputFields: [field('rate', 'number', 'number')],
      labels: {
        en: {
          actionName: 'Rate',
          actionDescription: 'Rates the record.',
          actionCardContent: 'Rate with {{depth}}',
          inputFieldLabels: { depth: 'Depth' },
          outputFieldLabels: { rate: 'Rate' },
        },
      },
      objectTypes: ['CONTACT'],
    },
  },
  'src/app/app-events/moved-hsmeta.json': {
    uid: 'sample_moved',
    type: 'app-event',
    config: {
      name: 'Moved',
      objectType: 'CONTACT',
      headerTemplate: 'Now {{heat}}',
      detailTemplate: '{{#if heat}}Now {{heat}}{{/if}}',
      properties: [{ name: 'heat', label: 'Heat', type: 'string' }],
    },
  },
});

/** Writes the files into a new folder below `parent`, and gives its path; `remove` throws it away. */
export function writeProject(files, parent = os.tmpdir()) {
  fs.mkdirSync(parent, { recursive: true });
  const folder = fs.mkdtempSync(path.join(parent, 'leadlight-project-'));
  for (const [name, content] of Object.entries(files)) {
    const target = path.join(folder, name);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
