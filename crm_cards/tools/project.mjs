// Reads the HubSpot project with HubSpot's own parser. Needs no account and no network.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseProjectConfig } from '@hubspot/project-parsing-lib/projects';
import { translate } from '@hubspot/project-parsing-lib/translate';

export const WORKSPACE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const PROJECT = path.join(WORKSPACE, 'hubspot_project');

const PROFILE_FILE = /^hsprofile\.([^.]+)\.json$/;

/** What hsproject.json says: name, sourceDir (absolute) and platformVersion. */
export function readProject(projectDir = PROJECT) {
  const { name, srcDir, platformVersion } = parseProjectConfig(projectDir);
  return { name, sourceDir: path.join(projectDir, srcDir), platformVersion };
}

/** The names of the profiles that lie in the source folder. */
export function findProfiles(sourceDir) {
  return fs.readdirSync(sourceDir).flatMap((file) => PROFILE_FILE.exec(file)?.[1] ?? []).sort();
}

/** The project's components with the variables of the profile filled in, and the hsmeta files that HubSpot would not read. */
export async function readComponents(project, profile, { skipValidation }) {
  const found = await translate(
    { projectSourceDir: project.sourceDir, platformVersion: project.platformVersion, accountId: 1 },
    { skipValidation, profile },
  );
  return {
    components: Object.values(found.intermediateRepresentation.intermediateNodesIndexedByUid),
    skipped: found.skippedHsMetaFiles,
  };
}

/** True for a file that was started with `node`, false when it is imported. */
export const isStarted = (moduleUrl) => process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
