// The bundler on a small project, which lies below this folder so that it finds the SDK.
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildBundles } from '../../tools/build.mjs';
import { WORKSPACE } from '../../tools/project.mjs';
import { sampleFiles, writeProject } from './sample_project.mjs';

const OUT = path.join(WORKSPACE, 'out');

it('bundles each extension, lists what it made with sizes, and names an entry point that is not there', async () => {
  const files = sampleFiles();
  delete files['src/app/settings/Choices.tsx'];
  const { folder, remove } = writeProject(files, OUT);
  try {
    const outputDir = path.join(folder, 'bundles');
    const { index, missing } = await buildBundles({ projectDir: folder, outputDir });
    expect(missing).toEqual(['/app/settings/Choices.tsx']);
    expect(index).toMatchObject([{ uid: 'sample_tab', type: 'CARD', bundle: 'sample_tab/SampleTab.js', config: { location: 'crm.record.tab' } }]);
    const bundle = fs.readFileSync(path.join(outputDir, 'sample_tab', 'SampleTab.js'), 'utf8');
    expect(bundle.length).toBe(index[0].bytes);
    expect(bundle).toContain('Sample');
    expect(JSON.parse(fs.readFileSync(path.join(outputDir, 'index.json'), 'utf8'))).toEqual(index);
  } finally {
    remove();
  }
});
