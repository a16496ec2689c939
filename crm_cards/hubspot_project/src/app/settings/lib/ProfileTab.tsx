// The ideal customer as YAML. A profile that cannot be read is refused with the place, and what was typed stays.
import { useState } from 'react';
import { Flex, Form, LoadingButton, StatusTag, Text, TextArea } from '@hubspot/ui-extensions';
import { Confirm } from './Confirm';
import type { OpenDesk } from './useSettings';

const LONGEST = 50_000;
const ROWS = 22;

export const ProfileTab = ({ desk }: { desk: OpenDesk }) => {
  const { icp_profile: profile, viewer } = desk.view;
  return (
    <Flex direction="column" gap="md">
      <Flex direction="row" gap="sm" align="center" wrap={true}>
        <StatusTag variant={profile.is_default ? 'default' : 'info'} testId="profile-state">
          {profile.is_default ? 'The default profile' : 'Your own profile'}
        </StatusTag>
        <Text>Companies and contacts are scored by how well they fit it. A change holds for each record when it is looked at next.</Text>
      </Flex>
      {viewer.may_change ? <ProfileForm desk={desk} /> : <ProfileText text={profile.text} />}
    </Flex>
  );
};

const ProfileForm = ({ desk }: { desk: OpenDesk }) => {
  const { text, is_default: isDefault } = desk.view.icp_profile;
  const [typed, setTyped] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const keep = async (wanted: string) => {
    const refused = await desk.change('icp-profile', { text: wanted });
    if (refused === null) setTyped(null);
    return refused;
  };
  const isEmpty = typed !== null && typed.trim() === '';
  const complaint = isEmpty ? 'A profile needs a text. To go back to the default, use the button below.' : refusal;
  const save = async () => {
    if (typed !== null && !isEmpty && !desk.isSaving) setRefusal(await keep(typed));
  };
  return (
    <Form onSubmit={() => void save()} preventDefault={true}>
      <Flex direction="column" gap="sm">
        <TextArea
          name="icp-profile"
          label="Profile of the ideal customer, in YAML"
          value={typed ?? text}
          rows={ROWS}
          maxLength={LONGEST}
          resize="vertical"
          error={complaint !== null}
          validationMessage={complaint ?? ''}
          onInput={setTyped}
        />
        <Flex direction="row" gap="sm">
          <LoadingButton type="submit" variant="primary" size="sm" loading={desk.isSaving} disabled={typed === null || isEmpty || typed === text} testId="profile-save">
            Save profile
          </LoadingButton>
          {!isDefault && (
            <Confirm
              desk={desk}
              id="profile-default"
              label="Back to default"
              title="Throw your own profile away?"
              consequences={['Your profile is replaced by the default one and is not kept.', 'Records are scored by the default when they are looked at next.']}
              isDestructive={true}
              act={async () => {
                const refused = await keep('');
                if (refused === null) setRefusal(null);
                return refused;
              }}
            />
          )}
        </Flex>
      </Flex>
    </Form>
  );
};

const ProfileText = ({ text }: { text: string }) => (
  <Flex direction="column" gap="flush" testId="profile-text">
    {text.split('\n').map((line, at) => (
      <Text key={at} variant="microcopy">
        {indented(line)}
      </Text>
    ))}
  </Flex>
);

/** Leading blanks carry meaning in YAML and would be swallowed. */
const indented = (line: string) => line.replace(/^ +/, (blanks) => '\u00a0'.repeat(blanks.length)) || '\u00a0';
