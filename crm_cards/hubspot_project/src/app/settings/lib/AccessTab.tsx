// Who may see what Leadlight knows of a record.
import { useState } from 'react';
import { Alert, Flex, Form, LoadingButton, Text, ToggleGroup } from '@hubspot/ui-extensions';
import type { AccessRule } from './types';
import type { OpenDesk } from './useSettings';
import { count } from './words';

export const AccessTab = ({ desk }: { desk: OpenDesk }) => {
  const { access, choices, viewer } = desk.view;
  return (
    <Flex direction="column" gap="md">
      <Text testId="access-words">{access.words}</Text>
      {access.owners_known === 0 && access.rule !== 'everyone' ? (
        <Alert title="Owners are not known" variant="warning">
          HubSpot has not told who owns which record, so records with an owner are shown to operators and admins only. See the overview for what is missing.
        </Alert>
      ) : (
        <Text variant="microcopy">{`${count(access.owners_known, 'owner')} of this account known.`}</Text>
      )}
      {viewer.may_change && <AccessForm key={access.rule} desk={desk} options={choices.access} />}
    </Flex>
  );
};

const AccessForm = ({ desk, options }: { desk: OpenDesk; options: { value: string; label: string }[] }) => {
  const { rule } = desk.view.access;
  const [chosen, setChosen] = useState<string>(rule);
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = async () => setRefusal(await desk.change('access', { rule: chosen as AccessRule }));
  return (
    <Form onSubmit={() => void save()} preventDefault={true}>
      <Flex direction="column" gap="sm">
        <ToggleGroup
          toggleType="radioButtonList"
          name="access"
          label="Who may see the card of a record"
          options={options}
          value={chosen}
          error={refusal !== null}
          validationMessage={refusal ?? ''}
          onChange={setChosen}
        />
        <Flex direction="row">
          <LoadingButton type="submit" variant="primary" size="sm" loading={desk.isSaving} disabled={chosen === rule} testId="access-save">
            Save
          </LoadingButton>
        </Flex>
      </Flex>
    </Form>
  );
};
