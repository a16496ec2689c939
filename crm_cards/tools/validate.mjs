// Checks the HubSpot project without an account:  node tools/validate.mjs [PROJECT_FOLDER] [PROFILE ...]
// The parser and its complaints are HubSpot's; the JSON schemas, which HubSpot gives only to a signed-in account, are ours (schemas/). So a project
// that passes is valid by our schemas, not by HubSpot. schemas/official-<platformVersion>.json, once somebody has saved the real ones, goes first.
import fs from 'node:fs';
import path from 'node:path';
import { http } from '@hubspot/local-dev-lib/http';
import { isTranslationError } from '@hubspot/project-parsing-lib/translate';
import { crossCheck } from './cross_checks.mjs';
import { WORKSPACE, findProfiles, isStarted, readComponents, readProject } from './project.mjs';

/** Every complaint about the project as one line of text, and how many components were read; `profiles` empty: every profile that lies there. */
export async function validateProject(projectDir, profiles = []) {
  const project = readProject(projectDir);
  const asked = profiles.length ? profiles : findProfiles(project.sourceDir);
  if (!asked.length) return { project, count: 0, complaints: ['no hsprofile.NAME.json: nothing says where the app is'] };
  const complaints = new Set();
  let count = 0;
  for (const profile of asked) {
    const found = await validateProfile(project, profile);
    count = Math.max(count, found.count);
    for (const line of found.complaints) complaints.add(`${line} [profile ${profile}]`);
  }
  return { project, count, complaints: [...complaints] };
}

async function validateProfile(project, profile) {
  // local-dev-lib's `http` is a plain object: its one call here asks HubSpot for the schemas.
  http.get = async () => ({ data: readSchemas(project.platformVersion) });
  const complaints = [...(await hubspotsChecks(project, profile))];
  try {
    const { components } = await readComponents(project, profile, { skipValidation: true });
    return { count: components.length, complaints: [...complaints, ...crossCheck(components, project.sourceDir)] };
  } catch (error) {
    // What cannot be read was complained of already; how it fits together cannot be told.
    return { count: 0, complaints: complaints.length ? complaints : [oneLine(error.message)] };
  }
}

async function hubspotsChecks(project, profile) {
  try {
    const { skipped } = await readComponents(project, profile, { skipValidation: false });
    return skipped.map((file) => `${file}: lies where HubSpot does not look`);
  } catch (error) {
    if (!isTranslationError(error)) return [oneLine(error.message)];
    return error.errors.flatMap(({ file, errors }) => errors.map((text) => `${file}: ${oneLine(text)}`));
  }
}

function readSchemas(platformVersion) {
  const official = path.join(WORKSPACE, 'schemas', `official-${platformVersion}.json`);
  if (fs.existsSync(official)) return JSON.parse(fs.readFileSync(official, 'utf8'));
  const folder = path.join(WORKSPACE, 'schemas');
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
  return Object.fromEntries(files.map((file) => [file.replace('.schema.json', ''), JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'))]));
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

if (isStarted(import.meta.url)) {
  const [projectDir, ...profiles] = process.argv.slice(2);
  const { project, count, complaints } = await validateProject(projectDir && path.resolve(projectDir), profiles);
  for (const complaint of complaints) console.error(`✗ ${complaint}`);
  console.log(`${project.name} (${project.platformVersion}): ${count} components, ${complaints.length} complaints`);
  process.exitCode = complaints.length ? 1 : 0;
}
