// Bundles every UI extension with the function HubSpot's own build runs:  node tools/build.mjs [--dev]
// into out/bundles/<uid>/, with index.json for the local record page. Fails when a bundle outgrows its limit.
import fs from 'node:fs';
import path from 'node:path';
import { buildSingleExtension, remoteBuild } from '@hubspot/ui-extensions-dev-server/build';
import { PROJECT, WORKSPACE, findProfiles, isStarted, readComponents, readProject } from './project.mjs';

const LIMIT_BYTES = 60_000;
const LOCAL = 'local';
const BUNDLES = path.join(WORKSPACE, 'out', 'bundles');

/** Bundles the extensions of the project: the index of what was made, with sizes in bytes, and the entry points that are not there. */
export async function buildBundles({ projectDir = PROJECT, outputDir = BUNDLES, dev = false } = {}) {
  const project = readProject(projectDir);
  const profiles = findProfiles(project.sourceDir);
  const chosen = profiles.includes(LOCAL) ? LOCAL : profiles[0];
  const { components } = await readComponents(project, chosen, { skipValidation: true });
  fs.rmSync(outputDir, { recursive: true, force: true });
  const index = [];
  const missing = [];
  for (const component of components.filter(({ config }) => /\.[jt]sx?$/.test(config?.entrypoint ?? ''))) {
    if (fs.existsSync(path.join(project.sourceDir, component.config.entrypoint))) index.push(await buildOne(component, project, outputDir, dev));
    else missing.push(component.config.entrypoint);
  }
  fs.mkdirSync(outputDir, { recursive: true });
  fs.writeFileSync(path.join(outputDir, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
  return { index, missing };
}

async function buildOne({ uid, componentType, config }, project, outputDir, dev) {
  const entryPoint = path.join(project.sourceDir, config.entrypoint);
  const started = performance.now();
  const how = { root: path.dirname(entryPoint), outputDir: path.join(outputDir, uid), logLevel: 'warn', appConfig: { variables: {} } };
  if (dev) await buildSingleExtension({ ...how, file: entryPoint, minify: false, codeCheckingPluginEnabled: true });
  else await remoteBuild({ ...how, entryPoint });
  const bundle = `${uid}/${path.parse(entryPoint).name}.js`;
  const bytes = fs.statSync(path.join(outputDir, bundle)).size;
  return { uid, type: componentType, config, bundle, bytes, ms: Math.round(performance.now() - started) };
}

if (isStarted(import.meta.url)) {
  const dev = process.argv.includes('--dev');
  const { index, missing } = await buildBundles({ dev });
  for (const { bundle, bytes, ms } of index) console.log(`${bundle}: ${(bytes / 1000).toFixed(1)} kB in ${ms} ms`);
  const heavy = dev ? [] : index.filter(({ bytes }) => bytes > LIMIT_BYTES);
  for (const entry of missing) console.error(`✗ the entry point ${entry} does not exist`);
  for (const { bundle } of heavy) console.error(`✗ ${bundle} is over ${LIMIT_BYTES / 1000} kB`);
  process.exitCode = heavy.length || missing.length || !index.length ? 1 : 0;
}
