// Whether Leadlight writes to HubSpot or only proposes. Going live is asked for once more, with what it means.
import { useState } from 'react';
import { Alert, Flex, Heading, Link, LoadingButton, StatusTag, Text, Tile } from '@hubspot/ui-extensions';
import { Confirm } from './Confirm';
import type { SettingsView } from './types';
import type { OpenDesk } from './useSettings';
import { count, isWebAddress } from './words';

export const DryRun = ({ desk }: { desk: OpenDesk }) => {
  const { dry_run: dryRun, viewer } = desk.view;
  return (
    <Tile compact={true}>
      <Flex direction="column" gap="sm">
        <Flex direction="row" gap="sm" align="center">
          <Heading inline={true}>Dry run</Heading>
          <StatusTag variant={dryRun.on ? 'warning' : 'success'} testId="dry-run-state">
            {dryRun.on ? 'On: nothing is written' : 'Off: Leadlight is live'}
          </StatusTag>
        </Flex>
        <Text>
          {dryRun.on
            ? 'Leadlight looks at records and says what it would write, but writes nothing to HubSpot.'
            : 'What Leadlight decides is written to HubSpot by the policies on this page. Each change can be undone.'}
        </Text>
        <Text testId="proposed">{proposedWords(dryRun)}</Text>
        {isWebAddress(dryRun.url) && dryRun.proposed_fields > 0 && (
          <Link href={{ url: dryRun.url, external: true }}>Read, accept or discard what is proposed</Link>
        )}
        {viewer.may_change && (dryRun.on ? <GoLive desk={desk} /> : <GoDry desk={desk} />)}
      </Flex>
    </Tile>
  );
};

const GoLive = ({ desk }: { desk: OpenDesk }) => {
  const { proposed_fields: fields, proposed_records: records } = desk.view.dry_run;
  const kept = `${count(fields, 'proposed value')} on ${count(records, 'record')} will not be written by this; they stay proposed until somebody accepts or discards them.`;
  return (
    <Confirm
      desk={desk}
      id="go-live"
      label="Go live"
      title="Let Leadlight write to HubSpot?"
      consequences={[
        'From the next batch on, Leadlight writes what it decides into contacts and companies of this account, by the policies on this page.',
        ...(fields > 0 ? [kept] : ['Nothing is proposed now, so nothing waits for a decision.']),
        'Each written value shows its source and can be undone. You may switch dry run on again at any time.',
      ]}
      isPrimary={true}
      act={() => desk.change('dry-run', { on: false })}
    />
  );
};

const GoDry = ({ desk }: { desk: OpenDesk }) => {
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <>
      <LoadingButton
        size="sm"
        variant="secondary"
        loading={desk.isSaving}
        onClick={() => void desk.change('dry-run', { on: true }).then(setRefusal)}
        testId="go-dry"
      >
        Switch dry run on
      </LoadingButton>
      {refusal !== null && (
        <Alert title="Not done" variant="danger">
          {refusal}
        </Alert>
      )}
    </>
  );
};

const proposedWords = ({ proposed_fields: fields, proposed_records: records }: SettingsView['dry_run']) =>
  fields > 0 ? `${count(fields, 'value')} on ${count(records, 'record')} ${fields === 1 ? 'is' : 'are'} proposed.` : 'Nothing is proposed now.';
