// A button that says exactly what will happen before it does it. When it was refused, the reason stays beside the question.
import { useState } from 'react';
import { Alert, Button, List, LoadingButton, Modal, ModalBody, ModalFooter, Text } from '@hubspot/ui-extensions';
import type { OpenDesk } from './useSettings';

interface Props {
  desk: OpenDesk;
  id: string;
  /** What the button says, and the last word of the question. */
  label: string;
  title: string;
  consequences: string[];
  isDestructive?: boolean;
  isPrimary?: boolean;
  isDisabled?: boolean;
  size?: 'xs' | 'sm';
  act: () => Promise<string | null>;
}

export const Confirm = ({ desk, id, label, title, consequences, isDestructive = false, isPrimary = false, isDisabled = false, size = 'sm', act }: Props) => {
  const [refusal, setRefusal] = useState<string | null>(null);
  const confirm = async () => {
    const refused = await act();
    setRefusal(refused);
    if (refused === null) desk.close(id);
  };
  return (
    <Button
      size={size}
      variant={isDestructive ? 'destructive' : isPrimary ? 'primary' : 'secondary'}
      disabled={isDisabled || desk.isSaving}
      testId={id}
      overlay={
        <Modal id={id} title={title} width="md" variant={isDestructive ? 'danger' : 'default'} onClose={() => setRefusal(null)}>
          <ModalBody>
            <List variant="unordered-styled">
              {consequences.map((line) => (
                <Text key={line}>{line}</Text>
              ))}
            </List>
            {refusal !== null && (
              <Alert title="Not done" variant="danger">
                {refusal}
              </Alert>
            )}
          </ModalBody>
          <ModalFooter>
            <LoadingButton
              variant={isDestructive ? 'destructive' : 'primary'}
              loading={desk.isSaving}
              onClick={() => void confirm()}
              testId={`${id}-confirm`}
            >
              {label}
            </LoadingButton>
            <Button onClick={() => desk.close(id)}>Cancel</Button>
          </ModalFooter>
        </Modal>
      }
    >
      {label}
    </Button>
  );
};
