// Seeded mistakes: each must be found, and named by its own message.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE } from '../../tools/project.mjs';
import { validateProject } from '../../tools/validate.mjs';
import { sampleFiles, writeProject } from './sample_project.mjs';

const APP = 'src/app/app-hsmeta.json';
const CARD = 'src/app/cards/tab-hsmeta.json';
const HOOKS = 'src/app/webhooks/webhooks-hsmeta.json';
const ACTION = 'src/app/workflow-actions/rate-hsmeta.json';
const EVENT = 'src/app/app-events/moved-hsmeta.json';

async function complaintsAfter(spoil) {
  const files = sampleFiles();
  spoil(files);
  const { folder, remove } = writeProject(files);
  try {
    return (await validateProject(folder)).complaints;
  } finally {
    remove();
  }
}

const MISTAKES = [
  ['broken JSON', (f) => (f[CARD] = '{"uid": '), /tab-hsmeta\.json: Invalid JSON/],
  ['an unknown field at top level', (f) => (f[CARD].isPublished = true), /tab-hsmeta\.json: Unexpected top-level properties found: isPublished/],
  ['an unknown field in config', (f) => (f[CARD].config.colour = 'red'), /tab-hsmeta\.json.*colour/],
  ['a uid with a blank', (f) => (f[CARD].uid = 'sample tab'), /tab-hsmeta\.json: 'uid' should use only letters/],
  ['a uid used twice', (f) => (f[EVENT].uid = 'sample_rate'), /Duplicate uid 'sample_rate' found/],
  ['an unknown type', (f) => (f[CARD].type = 'crm-card'), /tab-hsmeta\.json: Unsupported type: crm-card/],
  ['a component in the wrong folder', (f) => (f['src/app/cards/x-hsmeta.json'] = f[EVENT], delete f[EVENT]), /x-hsmeta\.json: The directory 'app\/cards' is incorrect for type 'app-event'/],
  ['a file where HubSpot does not look', (f) => (f['src/app/cards/old/x-hsmeta.json'] = { ...f[CARD], uid: 'old' }), /old\/x-hsmeta\.json: lies where HubSpot does not look/],
  ['two settings pages', (f) => (f['src/app/settings/more-hsmeta.json'] = { ...f['src/app/settings/settings-hsmeta.json'], uid: 'more' }), /more-hsmeta\.json: Only one settings component is allowed/],
  ['an unknown platform version', (f) => (f['hsproject.json'].platformVersion = '2031.01'), /Unsupported platform version: '2031\.01'/],
  ['a variable without a value', (f) => (f['src/hsprofile.local.json'].variables = {}), /Missing value for PUBLIC_URL/],
  ['an address without encryption', (f) => (f['src/hsprofile.local.json'].variables.PUBLIC_URL = 'http://sample.example.com'), /app-hsmeta\.json.*permittedUrls/],
  ['no profile at all', (f) => delete f['src/hsprofile.local.json'], /no hsprofile/],
  ['a missing required scope', (f) => f[APP].config.auth.requiredScopes.splice(1, 1), /moved-hsmeta\.json: app events need the required scope timeline/],
  ['an app that does not ask for oauth', (f) => f[APP].config.auth.requiredScopes.shift(), /app-hsmeta\.json.*requiredScopes/],
  ['a private app with events', (f) => (f[APP].config.distribution = 'private'), /app events need the distribution marketplace/],
  ['a card without its read scope', (f) => (f[APP].config.auth.optionalScopes = []), /tab-hsmeta\.json: deals need the scope crm\.objects\.deals\.read/],
  ['a card at no known place', (f) => (f[CARD].config.location = 'crm.record.middle'), /tab-hsmeta\.json.*location/],
  ['a card for no object type', (f) => (f[CARD].config.objectTypes = []), /tab-hsmeta\.json.*objectTypes/],
  ['the wrong spelling of an object type', (f) => (f[CARD].config.objectTypes = ['CONTACT']), /tab-hsmeta\.json.*objectTypes/],
  ['a missing entry point', (f) => delete f['src/app/cards/SampleTab.tsx'], /the entry point \/app\/cards\/SampleTab\.tsx does not exist/],
  ['no package.json beside the entry point', (f) => delete f['src/app/cards/package.json'], /package\.json is missing beside \/app\/cards\/SampleTab\.tsx/],
  ['an open version of the SDK', (f) => (f['src/app/cards/package.json'] = { dependencies: { '@hubspot/ui-extensions': 'latest', react: '18.3.1' } }), /must pin @hubspot\/ui-extensions exactly/],
  ['two bundles of one name', (f) => ((f['src/app/settings/SampleTab.tsx'] = ''), (f['src/app/settings/settings-hsmeta.json'].config.entrypoint = '/app/settings/SampleTab.tsx')), /two entry points are called SampleTab/],
  ['a property change without a property', (f) => delete f[HOOKS].config.subscriptions.legacyCrmObjects[0].propertyName, /webhooks-hsmeta\.json.*propertyName/],
  ['a privacy deletion among record events', (f) => f[HOOKS].config.subscriptions.legacyCrmObjects.push({ subscriptionType: 'contact.privacyDeletion', active: true }), /webhooks-hsmeta\.json.*legacyCrmObjects/],
  ['webhooks to a foreign address', (f) => (f[HOOKS].config.settings.targetUrl = 'https://other.example.com/hooks'), /webhooks-hsmeta\.json: https:\/\/other\.example\.com\/hooks is not on the app's own address/],
  ['an action on a foreign address', (f) => (f[ACTION].config.actionUrl = 'https://other.example.com/rate'), /rate-hsmeta\.json: https:\/\/other\.example\.com\/rate is not on the app's own address/],
  ['an input without a label', (f) => delete f[ACTION].config.labels.en.inputFieldLabels, /labels\.en has no label for the input depth/],
  ['an output without a label', (f) => delete f[ACTION].config.labels.en.outputFieldLabels, /labels\.en has no label for the output rate/],
  ['an action text with an unknown input', (f) => (f[ACTION].config.labels.en.actionCardContent = 'Rate {{speed}}'), /actionCardContent uses \{\{speed\}\}/],
  ['an agent tool that tells a model nothing', (f) => (f[ACTION].config.supportedClients = [{ client: 'AGENTS', toolType: 'GET_DATA' }]), /rate-hsmeta\.json.*supportedClients/],
  ['an input declared twice', (f) => f[ACTION].config.inputFields.push(f[ACTION].config.inputFields[0]), /the input depth is declared twice/],
  ['an event template with an unknown property', (f) => (f[EVENT].config.headerTemplate = '{{cold}}'), /a template uses \{\{cold\}\}/],
  ['an event name that is too long', (f) => (f[EVENT].config.name = 'x'.repeat(51)), /moved-hsmeta\.json.*name/],
];

describe('the validator', () => {
  it('finds nothing wrong with a whole project', async () => {
    expect(await complaintsAfter(() => undefined)).toEqual([]);
  });

  it.each(MISTAKES)('finds %s', async (_words, spoil, message) => {
    expect(await complaintsAfter(spoil)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  it('tells by its exit code and in readable lines', () => {
    const files = sampleFiles();
    files[CARD].config.location = 'nowhere';
    const { folder, remove } = writeProject(files);
    const ran = spawnSync(process.execPath, [path.join(WORKSPACE, 'tools/validate.mjs'), folder], { encoding: 'utf8' });
    remove();
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/^✗ .*tab-hsmeta\.json: .*location/m);
    expect(ran.stdout).toMatch(/^sample \(2026\.09\): \d+ components, 1 complaints$/m);
  });
});
