// What Leadlight may write into which property: a ready set for all, or a choice for each.
import { useState } from 'react';
import { Accordion, Alert, Flex, Link, Select, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import { Confirm } from './Confirm';
import type { PolicyLine, PolicySheet } from './types';
import type { OpenDesk } from './useSettings';
import { capital, count, isWebAddress, labelOf } from './words';

export const PoliciesTab = ({ desk }: { desk: OpenDesk }) => (
  <Flex direction="column" gap="md">
    <Text>What a person typed is protected by these rules. They hold from each record&apos;s next change on.</Text>
    {desk.view.policies.map((sheet) => (
      <Accordion key={sheet.object_type} title={sheetTitle(desk, sheet)} defaultOpen={problemCount(sheet) > 0}>
        <Sheet desk={desk} sheet={sheet} />
      </Accordion>
    ))}
    {desk.view.policies.length === 0 && <Text>HubSpot has not told its properties yet. Open this page again in a minute.</Text>}
  </Flex>
);

const problemCount = (sheet: PolicySheet) => sheet.lines.filter((line) => line.problem !== null).length;

function sheetTitle(desk: OpenDesk, sheet: PolicySheet): string {
  const preset = labelOf(desk.view.choices.presets, sheet.preset) ?? 'a mixture of your own';
  const problems = problemCount(sheet);
  return `${capital(sheet.object_type)}: ${preset}${problems ? ` (${count(problems, 'property', 'properties')} to look at)` : ''}`;
}

const Sheet = ({ desk, sheet }: { desk: OpenDesk; sheet: PolicySheet }) => {
  const [refused, setRefused] = useState<Record<string, string | null>>({});
  const mayChange = desk.view.viewer.may_change;
  const choose = async (line: PolicyLine, policy: string) => {
    const refusal = await desk.change('policy', { object_type: sheet.object_type, property: line.property, policy });
    setRefused((before) => ({ ...before, [line.property]: refusal }));
  };
  return (
    <Flex direction="column" gap="md">
      {mayChange ? <PresetForm desk={desk} sheet={sheet} /> : null}
      <Table bordered={true} density="condensed">
        <TableHead>
          <TableRow>
            <TableHeader>Property</TableHeader>
            <TableHeader>What may be written</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {sheet.lines.map((line) => (
            <TableRow key={line.property}>
              <TableCell>
                <Text>{line.label}</Text>
                <Text variant="microcopy">{line.property}</Text>
              </TableCell>
              <TableCell>
                {mayChange && (
                  <Select
                    name={`${sheet.object_type}-${line.property}`}
                    label={`What may be written into ${line.label}`}
                    options={desk.view.choices.policies}
                    value={line.policy}
                    readOnly={desk.isSaving}
                    error={Boolean(refused[line.property])}
                    validationMessage={refused[line.property] ?? ''}
                    onChange={(policy) => void choose(line, String(policy))}
                  />
                )}
                <Text variant={mayChange ? 'microcopy' : 'bodytext'}>{line.policy_words}</Text>
                {line.problem !== null && (
                  <Alert title="Nothing can be written here" variant="warning">
                    {line.problem}
                  </Alert>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {isWebAddress(sheet.url) && <Link href={{ url: sheet.url, external: true }}>{`Finer rules for ${sheet.object_type} on the console`}</Link>}
    </Flex>
  );
};

const PresetForm = ({ desk, sheet }: { desk: OpenDesk; sheet: PolicySheet }) => {
  const [chosen, setChosen] = useState<string | null>(null);
  const { presets } = desk.view.choices;
  const value = chosen ?? sheet.preset;
  const preset = presets.find((one) => one.value === value);
  const apply = async () => {
    const refusal = await desk.change('policy-preset', { object_type: sheet.object_type, preset: value ?? '' });
    if (refusal === null) setChosen(null);
    return refusal;
  };
  return (
    <Flex direction="column" gap="xs">
      <Select
        name={`preset-${sheet.object_type}`}
        label={`Ready set for ${sheet.object_type}`}
        placeholder="A mixture of your own"
        description={preset?.explains ?? 'Choose a set to read what it means.'}
        options={presets.map(({ label, value: name }) => ({ label, value: name }))}
        {...(value === null ? {} : { value })}
        onChange={(name) => setChosen(String(name))}
      />
      <Flex direction="row">
        <Confirm
          desk={desk}
          id={`preset-${sheet.object_type}`}
          label="Use this set"
          title={`Use “${preset?.label ?? ''}” for all ${sheet.object_type}?`}
          consequences={[
            preset?.explains ?? '',
            `The choices made for single properties of ${sheet.object_type} are replaced, as far as they are HubSpot's own properties.`,
            'Values that were written before stay.',
          ]}
          isPrimary={true}
          isDisabled={!preset || preset.value === sheet.preset}
          act={apply}
        />
      </Flex>
    </Flex>
  );
};
