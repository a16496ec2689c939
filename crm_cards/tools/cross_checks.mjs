// What no schema of a single file can say: entry points exist, scopes are asked for, templates name what there is. Pure but for looking at files.
import fs from 'node:fs';
import path from 'node:path';

const READ_SCOPES = {
  contacts: 'crm.objects.contacts.read',
  companies: 'crm.objects.companies.read',
  deals: 'crm.objects.deals.read',
};
const PLACEHOLDER = /\{\{\s*(?:#if\s+)?([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;
const SDK = '@hubspot/ui-extensions';

/** Complaints about how the components fit together, each beginning with the file it is about. */
export function crossCheck(components, sourceDir) {
  const app = components.find((component) => component.componentType === 'APPLICATION');
  if (!app) return ['no component of type app'];
  const checks = { CARD: cardComplaints, APP_EVENT: eventComplaints, WORKFLOW_ACTION: actionComplaints, WEBHOOKS: addressComplaints };
  return [
    ...components.flatMap((component) =>
      [...entryComplaints(component, sourceDir), ...(checks[component.componentType]?.(component.config ?? {}, app.config ?? {}) ?? [])].map(
        (text) => `${component.metaFilePath}: ${text}`,
      ),
    ),
    ...sharedNames(components),
  ];
}

function entryComplaints({ config }, sourceDir) {
  const entry = config?.entrypoint;
  if (!entry) return [];
  if (!fs.existsSync(path.join(sourceDir, entry))) return [`the entry point ${entry} does not exist`];
  const manifest = path.join(sourceDir, path.dirname(entry), 'package.json');
  if (!fs.existsSync(manifest)) return [`package.json is missing beside ${entry}`];
  const { dependencies = {} } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  return [SDK, 'react'].filter((name) => !/^\d+\.\d+\.\d+$/.test(dependencies[name] ?? '')).map((name) => `package.json beside ${entry} must pin ${name} exactly`);
}

function sharedNames(components) {
  const entries = components.map(({ config }) => config?.entrypoint).filter(Boolean);
  const names = [...new Set(entries)].map((entry) => path.parse(entry).name);
  const doubled = names.filter((name, index) => names.indexOf(name) !== index);
  return doubled.map((name) => `two entry points are called ${name}: their bundles would overwrite each other`);
}

const scopesOf = (app) => ['requiredScopes', 'conditionallyRequiredScopes', 'optionalScopes'].flatMap((kind) => app.auth?.[kind] ?? []);

function cardComplaints({ objectTypes = [] }, app) {
  const scopes = scopesOf(app);
  return [
    ...objectTypes.filter((type) => READ_SCOPES[type] && !scopes.includes(READ_SCOPES[type])).map((type) => `${type} need the scope ${READ_SCOPES[type]}`),
    ...(app.permittedUrls?.fetch?.length ? [] : ['the app permits no address for hubspot.fetch']),
  ];
}

function eventComplaints({ headerTemplate = '', detailTemplate = '', properties = [] }, app) {
  const known = properties.map(({ name }) => name);
  return [
    ...(app.distribution === 'marketplace' ? [] : ['app events need the distribution marketplace']),
    ...(app.auth?.requiredScopes?.includes('timeline') ? [] : ['app events need the required scope timeline']),
    ...placeholders(`${headerTemplate} ${detailTemplate}`, known).map((name) => `a template uses {{${name}}}, which is no property of the event`),
    ...repeated(known).map((name) => `the property ${name} is declared twice`),
  ];
}

function actionComplaints(config, app) {
  const inputs = (config.inputFields ?? []).map((field) => field.typeDefinition?.name);
  const outputs = (config.outputFields ?? []).map((field) => field.typeDefinition?.name);
  return [
    ...addressComplaints(config, app),
    ...Object.entries(config.labels ?? {}).flatMap(([language, labels]) => labelComplaints(language, labels, inputs, outputs)),
    ...repeated([...inputs]).map((name) => `the input ${name} is declared twice`),
    ...repeated([...outputs]).map((name) => `the output ${name} is declared twice`),
  ];
}

function labelComplaints(language, labels, inputs, outputs) {
  const lacks = (kind, wanted, given = {}) => wanted.filter((name) => !given[name]).map((name) => `labels.${language} has no label for the ${kind} ${name}`);
  return [
    ...lacks('input', inputs, labels.inputFieldLabels),
    ...lacks('output', outputs, labels.outputFieldLabels),
    ...placeholders(labels.actionCardContent ?? '', inputs).map((name) => `labels.${language}.actionCardContent uses {{${name}}}, which is no input`),
  ];
}

/** Everything HubSpot calls must lie where the cards' own addresses lie: one backend. */
function addressComplaints(config, app) {
  const permitted = (app.permittedUrls?.fetch ?? []).map((address) => new URL(address).origin);
  const called = [config.actionUrl, config.settings?.targetUrl, ...(config.inputFields ?? []).map((field) => field.typeDefinition?.optionsUrl)];
  return called
    .filter((address) => address && URL.canParse(address) && !permitted.includes(new URL(address).origin))
    .map((address) => `${address} is not on the app's own address`);
}

const placeholders = (template, known) => [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name]) => name))].filter((name) => !known.includes(name) && name !== 'else');
const repeated = (names) => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
