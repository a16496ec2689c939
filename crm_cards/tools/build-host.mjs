// Bundles the local record page (page and worker) into out/host:  node tools/build-host.mjs
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { WORKSPACE } from './project.mjs';

const HOST = path.join(WORKSPACE, 'host');
const OUT = path.join(WORKSPACE, 'out', 'host');
const SDK = path.join(WORKSPACE, 'node_modules/@hubspot/ui-extensions/dist/shared.synced/remoteComponents.synced.js');

// The names the SDK can draw outside of its experiments; any other name that a card renders is a mistake in the card.
const [stable] = fs.readFileSync(SDK, 'utf8').split('// EXPERIMENTAL COMPONENTS');
const names = [...stable.matchAll(/createAndRegisterRemote(?:Compound)?ReactComponent\('(\w+)'/g)].map((match) => match[1]);
if (names.length < 50) throw new Error('the SDK lists its components differently now; tools/build-host.mjs reads them no more');

fs.rmSync(OUT, { recursive: true, force: true });
fs.mkdirSync(OUT, { recursive: true });
for (const [entry, name] of [['page.tsx', 'page'], ['worker.ts', 'worker']]) {
  await build({
    root: WORKSPACE, configFile: false, logLevel: 'warn', publicDir: false, esbuild: { jsx: 'automatic' },
    define: { 'process.env.NODE_ENV': '"production"', __SDK_COMPONENTS__: JSON.stringify(names) },
    build: { outDir: OUT, emptyOutDir: false, target: 'es2022', lib: { entry: path.join(HOST, entry), name: `leadlight_${name}`, formats: ['iife'], fileName: () => `${name}.js` } },
  });
}
for (const file of ['index.html', 'page.css']) fs.copyFileSync(path.join(HOST, file), path.join(OUT, file));
