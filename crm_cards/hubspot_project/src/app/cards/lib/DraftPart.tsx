// The outreach that was drafted: read it, change it, approve it into tasks, or say why not. Nothing is ever sent from here.
import { useState } from 'react';
import { Accordion, Alert, Button, ButtonRow, Flex, StatusTag, Text } from '@hubspot/ui-extensions';
import { DraftEditor } from './DraftEditor';
import { RejectButton } from './RejectButton';
import { TaskTable } from './TaskTable';
import type { DraftView, Step } from './types';
import type { Desk } from './useRecord';
import { DRAFT_STATES, count, day, paragraphs, stepTitle } from './words';

interface Props {
  draft: DraftView;
  desk: Desk;
  mayAct: boolean;
  zone: string;
}

export const DraftPart = ({ draft, desk, mayAct, zone }: Props) => {
  const [isEditing, setEditing] = useState(false);
  const isOpen = draft.state === 'drafted';
  return (
    <Flex direction="column" gap="md">
      <DraftHead draft={draft} zone={zone} />
      {draft.refusal && (
        <Alert title="Nothing was drafted" variant="info">
          {draft.refusal}
        </Alert>
      )}
      {isOpen && draft.newer_facts && (
        <Alert title="There is a newer version" variant="info">
          <Text>New facts changed our own steps after this draft was edited.</Text>
          {mayAct && (
            <Button size="xs" disabled={desk.sending !== null} onClick={() => void desk.reset()} testId="reset">
              Take the newer steps
            </Button>
          )}
        </Alert>
      )}
      {isEditing && isOpen ? (
        <DraftEditor draft={draft} desk={desk} onClose={() => setEditing(false)} />
      ) : (
        <>
          {draft.steps.map((step, index) => (
            <StepView key={step.position} step={step} isFirst={index === 0} />
          ))}
          {draft.tasks.length > 0 && <TaskTable draft={draft} zone={zone} />}
          {mayAct && <DraftButtons draft={draft} desk={desk} onEdit={() => setEditing(true)} />}
        </>
      )}
    </Flex>
  );
};

const DraftHead = ({ draft, zone }: { draft: DraftView; zone: string }) => {
  const { words, tag } = DRAFT_STATES[draft.state];
  const decided = draft.decided_by && `by ${draft.decided_by}${draft.decided_at ? ` on ${day(draft.decided_at, zone)}` : ''}`;
  return (
    <Flex direction="column" gap="xs">
      <Flex direction="row" gap="sm" align="center" wrap={true}>
        <StatusTag variant={tag} testId="draft-state">
          {words}
        </StatusTag>
        {decided && <Text inline={true}>{decided}</Text>}
        {draft.is_edited && <Text inline={true}>{`Edited by ${draft.edited_by ?? 'somebody'}`}</Text>}
      </Flex>
      {draft.decision_note && <Text>{`Reason: ${draft.decision_note}`}</Text>}
    </Flex>
  );
};

const StepView = ({ step, isFirst }: { step: Step; isFirst: boolean }) => (
  <Accordion title={stepTitle(step)} defaultOpen={isFirst} size="sm">
    <Flex direction="column" gap="xs">
      {paragraphs(step.body).map((line, index) => (
        <Text key={`${index} ${line}`}>{line}</Text>
      ))}
      {step.rests_on.length > 0 && <Text variant="microcopy">{`Rests on: ${step.rests_on.join(', ')}`}</Text>}
    </Flex>
  </Accordion>
);

const DraftButtons = ({ draft, desk, onEdit }: { draft: DraftView; desk: Desk; onEdit: () => void }) => {
  const isWaiting = desk.sending !== null;
  if (draft.state === 'approved' || draft.state === 'rejected') {
    return (
      <Button size="sm" disabled={isWaiting} onClick={() => void desk.reopen()} testId="reopen">
        Draft it again
      </Button>
    );
  }
  if (draft.state === 'refused') return null;
  return (
    <Flex direction="column" gap="xs">
      <Text variant="microcopy">
        {draft.why_not ?? `Approving makes ${count(draft.steps.length, 'task')} in HubSpot for the owner. Nothing is sent.`}
      </Text>
      <ButtonRow>
        <Button variant="primary" size="sm" disabled={isWaiting || !draft.may_approve} onClick={() => void desk.approve()} testId="approve">
          Approve
        </Button>
        <Button size="sm" disabled={isWaiting} onClick={onEdit} testId="edit">
          Edit
        </Button>
        {draft.is_edited && (
          <Button size="sm" disabled={isWaiting} onClick={() => void desk.reset()} testId="discard">
            Discard the edit
          </Button>
        )}
        <RejectButton desk={desk} />
      </ButtonRow>
    </Flex>
  );
};
