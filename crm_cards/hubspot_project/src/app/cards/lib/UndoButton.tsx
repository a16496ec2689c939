// Takes back one value we wrote. Asks first.
import { Button, Modal, ModalBody, ModalFooter, Text, useExtensionActions } from '@hubspot/ui-extensions';
import type { FieldProvenance } from './types';
import type { Desk } from './useRecord';

export const UndoButton = ({ field, desk }: { field: FieldProvenance; desk: Desk }) => {
  const actions = useExtensionActions<'crm.record.tab'>();
  const modal = `leadlight-undo-${field.property}`;
  const undo = () => {
    actions.closeOverlay(modal);
    void desk.undo(field.property);
  };
  return (
    <Button
      size="xs"
      disabled={desk.sending !== null || desk.run !== null}
      testId={`undo-${field.property}`}
      overlay={
        <Modal id={modal} title={`Undo ${field.label}?`} width="sm" variant="danger">
          <ModalBody>
            <Text>{`Takes back “${field.value}” and puts there what stood before Leadlight wrote it. A value somebody changed since is left alone.`}</Text>
          </ModalBody>
          <ModalFooter>
            <Button variant="destructive" onClick={undo} testId={`undo-${field.property}-confirm`}>
              Undo
            </Button>
            <Button onClick={() => actions.closeOverlay(modal)}>Keep it</Button>
          </ModalFooter>
        </Modal>
      }
    >
      {`Undo ${field.label}`}
    </Button>
  );
};
