// Changes the texts of a draft. What was typed stays when saving fails or somebody else was faster: the next save goes on top of theirs.
import { useState } from 'react';
import { Alert, Button, ButtonRow, Flex, Form, Input, Text, TextArea } from '@hubspot/ui-extensions';
import type { DraftView, EditedStep } from './types';
import type { Desk } from './useRecord';
import { stepTitle } from './words';

const LONGEST_BODY = 10_000;

export const DraftEditor = ({ draft, desk, onClose }: { draft: DraftView; desk: Desk; onClose: () => void }) => {
  const [typed, setTyped] = useState<Record<number, Partial<EditedStep>>>({});
  const [startedFrom] = useState(draft.version);
  const steps = draft.steps.map((step) => ({ ...step, ...typed[step.position] }));
  const type = (position: number, change: Partial<EditedStep>) =>
    setTyped((before) => ({ ...before, [position]: { ...before[position], ...change } }));
  const isEmpty = steps.some((step) => step.body.trim() === '');
  const save = async () => {
    if (isEmpty || desk.sending !== null) return;
    const texts = steps.map(({ position, subject, body }) => ({ position, subject, body }));
    if (await desk.edit(texts)) onClose();
  };
  return (
    <Form onSubmit={() => void save()} preventDefault={true}>
      <Flex direction="column" gap="md">
        {startedFrom !== draft.version && (
          <Alert title="Somebody changed this draft meanwhile" variant="warning">
            Your text is still here. Saving puts it in the place of theirs.
          </Alert>
        )}
        {steps.map((step) => (
          <Flex key={step.position} direction="column" gap="xs">
            <Text format={{ fontWeight: 'demibold' }}>{`Step ${step.position}: ${stepTitle({ ...step, subject: '' })}`}</Text>
            {step.channel === 'email' && (
              <Input
                name={`subject-${step.position}`}
                label={`Subject of step ${step.position}`}
                value={step.subject}
                onInput={(subject) => type(step.position, { subject })}
              />
            )}
            <TextArea
              name={`body-${step.position}`}
              label={`Text of step ${step.position}`}
              value={step.body}
              rows={8}
              maxLength={LONGEST_BODY}
              error={step.body.trim() === ''}
              validationMessage={step.body.trim() === '' ? 'A step needs a text.' : ''}
              onInput={(body) => type(step.position, { body })}
            />
          </Flex>
        ))}
        <ButtonRow>
          <Button type="submit" variant="primary" size="sm" disabled={isEmpty || desk.sending !== null} testId="save">
            Save
          </Button>
          <Button size="sm" onClick={onClose} testId="cancel">
            Cancel
          </Button>
        </ButtonRow>
      </Flex>
    </Form>
  );
};
