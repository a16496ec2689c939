// Bundles every UI extension with the function HubSpot's own build runs:  node tools/build.mjs [--dev]
// into out/bundles/<uid>/, with index.json for the local record page. Fails when a bundle outgrows its limit.
import fs from 'node:fs';
import path from 'node:path';
import { buildSingleExtension, remoteBuild } from '@hubspot/ui-extensions-dev-server/build';
import { PROJECT, WORKSPACE, findProfiles, isStarted, readComponents, readProject } from './project.mjs';

const LIMIT_BYTES = 60_000;
const BUNDLES = path.join(WORKSPACE, 'out', 'bundles');

/** Bundles the extensions of the project; the index of what was made, with sizes in bytes. */
export async function buildBundles({ projectDir = PROJECT, outputDir = BUNDLES, dev = false, profile = undefined } = {}) {
  const project = readProject(projectDir);
  const chosen = profile ?? findProfiles(project.sourceDir)[0];
  const { components } = await readComponents(project, chosen, { skipValidation: true });
  fs.rmSync(outputDir, { recursive: true, force: true });
  const index = [];
  for (const component of components.filter(({ config }) => /\.[jt]sx?$/.test(config?.entrypoint ?? ''))) {
    index.push(await buildOne(component, project, outputDir, dev));
  }
  fs.mkdirSync(outputDir, { recursive: true });
  fs.writeFileSync(path.join(outputDir, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
  return index;
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
  const index = await buildBundles({ dev });
  for (const { bundle, bytes, ms } of index) console.log(`${bundle}: ${(bytes / 1000).toFixed(1)} kB in ${ms} ms`);
  const heavy = dev ? [] : index.filter(({ bytes }) => bytes > LIMIT_BYTES);
  for (const { bundle } of heavy) console.error(`✗ ${bundle} is over ${LIMIT_BYTES / 1000} kB`);
  process.exitCode = heavy.length || !index.length ? 1 : 0;
}
