// Whom Leadlight asks for facts. Keys go in and never come out: the backend tells only whether there is one.
import { useState } from 'react';
import {
  Button, Flex, Form, Input, LoadingButton, Modal, ModalBody, ModalFooter, StatusTag, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text,
} from '@hubspot/ui-extensions';
import { Confirm } from './Confirm';
import type { Provider } from './types';
import type { OpenDesk } from './useSettings';

export const ProvidersTab = ({ desk }: { desk: OpenDesk }) => {
  const { providers, viewer } = desk.view;
  if (providers.length === 0) return <Text>This installation has no sources of facts. Whoever runs the server sets them up.</Text>;
  return (
    <Flex direction="column" gap="md">
      <Text>Sources are asked about records in this account. Those that need a key use yours; keys are stored encrypted and never shown again.</Text>
      <Table bordered={true}>
        <TableHead>
          <TableRow>
            <TableHeader>Source</TableHeader>
            <TableHeader>State</TableHeader>
            <TableHeader>Price</TableHeader>
            {viewer.may_change && <TableHeader>Key</TableHeader>}
          </TableRow>
        </TableHead>
        <TableBody>
          {providers.map((provider) => (
            <TableRow key={provider.name}>
              <TableCell>
                <Text format={{ fontWeight: 'demibold' }}>{provider.title}</Text>
                {provider.note && <Text variant="microcopy">{provider.note}</Text>}
              </TableCell>
              <TableCell>
                <StatusTag variant={provider.is_on ? 'success' : 'default'}>{stateWords(provider)}</StatusTag>
              </TableCell>
              <TableCell>{provider.price}</TableCell>
              {viewer.may_change && <TableCell>{provider.needs_key ? <KeyButtons desk={desk} provider={provider} /> : <Text>Needs none</Text>}</TableCell>}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  );
};

const stateWords = ({ is_on, needs_key, has_key }: Provider) => {
  if (is_on) return needs_key ? 'On, with a key' : 'On';
  return has_key ? 'Off' : 'Off: no key';
};

const KeyButtons = ({ desk, provider }: { desk: OpenDesk; provider: Provider }) => (
  <Flex direction="row" gap="xs" wrap={true}>
    <KeyForm desk={desk} provider={provider} />
    {provider.has_key && (
      <Confirm
        desk={desk}
        id={`key-remove-${provider.name}`}
        label="Remove key"
        title={`Remove the key of ${provider.title}?`}
        consequences={[
          `${provider.title} is not asked any more until somebody adds a key.`,
          'What it said before stays on the records.',
          'The key is deleted here and cannot be brought back; you need it again from the provider.',
        ]}
        isDestructive={true}
        size="xs"
        act={() => desk.change('provider-key', { provider: provider.name, key: '' })}
      />
    )}
  </Flex>
);

const KeyForm = ({ desk, provider }: { desk: OpenDesk; provider: Provider }) => {
  const [key, setKey] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const modal = `key-${provider.name}`;
  const verb = provider.has_key ? 'Replace key' : 'Add key';
  const save = async () => {
    if (key.trim() === '' || desk.isSaving) return;
    const refused = await desk.change('provider-key', { provider: provider.name, key: key.trim() });
    setRefusal(refused);
    if (refused !== null) return;
    setKey('');
    desk.close(modal);
  };
  const forget = () => {
    setKey('');
    setRefusal(null);
  };
  return (
    <Button
      size="xs"
      disabled={desk.isSaving}
      testId={modal}
      overlay={
        <Modal id={modal} title={`${verb} of ${provider.title}`} width="sm" onClose={forget}>
          <ModalBody>
            <Form onSubmit={() => void save()} preventDefault={true} autoComplete="off">
              <Input
                type="password"
                name={modal}
                label={`Key of ${provider.title}`}
                description={`It is tried where that costs nothing. ${provider.price}`}
                value={key}
                required={true}
                error={refusal !== null}
                validationMessage={refusal ?? ''}
                onInput={setKey}
              />
            </Form>
          </ModalBody>
          <ModalFooter>
            <LoadingButton variant="primary" loading={desk.isSaving} disabled={key.trim() === ''} onClick={() => void save()} testId={`${modal}-save`}>
              Save key
            </LoadingButton>
            <Button onClick={() => desk.close(modal)}>Cancel</Button>
          </ModalFooter>
        </Modal>
      }
    >
      {verb}
    </Button>
  );
};
