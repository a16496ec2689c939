// Turns a draft down. The reason is asked for, since it tells an admin what to change; it may be left out.
import { useState } from 'react';
import { Button, Modal, ModalBody, ModalFooter, TextArea, useExtensionActions } from '@hubspot/ui-extensions';
import type { Desk } from './useRecord';

const MODAL = 'leadlight-reject';

export const RejectButton = ({ desk }: { desk: Desk }) => {
  const actions = useExtensionActions<'crm.record.tab'>();
  const [reason, setReason] = useState('');
  const reject = async () => {
    if (await desk.reject(reason.trim())) actions.closeOverlay(MODAL);
  };
  return (
    <Button
      size="sm"
      variant="destructive"
      disabled={desk.sending !== null}
      testId="reject"
      overlay={
        <Modal id={MODAL} title="Reject this draft?" width="sm" variant="danger">
          <ModalBody>
            <TextArea
              name="reason"
              label="Why does it not fit?"
              description="People who set Leadlight up read this. You may draft it again later."
              value={reason}
              maxLength={1_000}
              rows={3}
              onInput={setReason}
            />
          </ModalBody>
          <ModalFooter>
            <Button variant="destructive" onClick={() => void reject()} testId="reject-confirm">
              Reject
            </Button>
            <Button onClick={() => actions.closeOverlay(MODAL)}>Keep it</Button>
          </ModalFooter>
        </Modal>
      }
    >
      Reject
    </Button>
  );
};
