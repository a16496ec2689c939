// What sources may cost, how much of it is used, and the caps.
import { useState } from 'react';
import {
  Button, Flex, Form, Input, LoadingButton, Modal, ModalBody, ModalFooter, ProgressBar, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text,
} from '@hubspot/ui-extensions';
import { Confirm } from './Confirm';
import type { Budget } from './types';
import type { OpenDesk } from './useSettings';
import { barColour, PERIODS, ungrouped, usedRatio, usedWords, whyNoCap } from './words';

export const BudgetsTab = ({ desk }: { desk: OpenDesk }) => {
  const { budgets, viewer } = desk.view;
  if (budgets.length === 0) return <Text>No source here costs anything, so there is nothing to cap.</Text>;
  return (
    <Flex direction="column" gap="md">
      <Text>When a cap is reached, records wait for the next day or month, or for a higher cap. Nothing is lost.</Text>
      <Table bordered={true}>
        <TableHead>
          <TableRow>
            <TableHeader>Budget</TableHeader>
            <TableHeader>Used so far</TableHeader>
            <TableHeader>Cap</TableHeader>
            {viewer.may_change && <TableHeader>Change</TableHeader>}
          </TableRow>
        </TableHead>
        <TableBody>
          {budgets.map((budget) => (
            <TableRow key={`${budget.provider} ${budget.period}`}>
              <TableCell>{`${budget.title}, ${PERIODS[budget.period]}`}</TableCell>
              <TableCell>
                <Used budget={budget} />
              </TableCell>
              <TableCell>{budget.cap_credits === null ? 'No cap' : `${budget.cap_credits} credits`}</TableCell>
              {viewer.may_change && (
                <TableCell>
                  <Flex direction="row" gap="xs" wrap={true}>
                    <CapForm desk={desk} budget={budget} />
                    {budget.cap_credits !== null && <RemoveCap desk={desk} budget={budget} />}
                  </Flex>
                </TableCell>
              )}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  );
};

const Used = ({ budget }: { budget: Budget }) => {
  const ratio = usedRatio(budget);
  if (ratio === null) return <Text>{usedWords(budget)}</Text>;
  return (
    <ProgressBar
      aria-label={`Used of the budget of ${budget.title}, ${PERIODS[budget.period]}`}
      value={Math.min(Math.round(ratio * 100), 100)}
      maxValue={100}
      variant={barColour(ratio)}
      valueDescription={ratio >= 1 ? `${usedWords(budget)}: used up` : usedWords(budget)}
    />
  );
};

const RemoveCap = ({ desk, budget }: { desk: OpenDesk; budget: Budget }) => (
  <Confirm
    desk={desk}
    id={`cap-remove-${budget.provider || 'all'}-${budget.period}`}
    label="Remove cap"
    title={`Remove the cap of ${budget.title}, ${PERIODS[budget.period]}?`}
    consequences={['Nothing limits what this costs then, except the other caps.', 'Records that waited for this budget are asked about at once.']}
    isDestructive={true}
    size="xs"
    act={() => desk.change('budget', { provider: budget.provider, period: budget.period, credits: '' })}
  />
);

const CapForm = ({ desk, budget }: { desk: OpenDesk; budget: Budget }) => {
  const [typed, setTyped] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const modal = `cap-${budget.provider || 'all'}-${budget.period}`;
  const credits = typed ?? ungrouped(budget.cap_credits ?? '');
  const save = async () => {
    if (desk.isSaving) return;
    const refused = whyNoCap(credits) ?? (await desk.change('budget', { provider: budget.provider, period: budget.period, credits: ungrouped(credits) }));
    setRefusal(refused);
    if (refused !== null) return;
    setTyped(null);
    desk.close(modal);
  };
  const forget = () => {
    setTyped(null);
    setRefusal(null);
  };
  return (
    <Button
      size="xs"
      disabled={desk.isSaving}
      testId={modal}
      overlay={
        <Modal id={modal} title={`Cap of ${budget.title}, ${PERIODS[budget.period]}`} width="sm" onClose={forget}>
          <ModalBody>
            <Form onSubmit={() => void save()} preventDefault={true}>
              <Input
                name={modal}
                label={`Credits ${PERIODS[budget.period]}`}
                description={`Used so far: ${usedWords({ ...budget, cap_credits: null })}. A cap below that stops further questions at once.`}
                value={credits}
                required={true}
                error={refusal !== null}
                validationMessage={refusal ?? ''}
                onInput={setTyped}
              />
            </Form>
          </ModalBody>
          <ModalFooter>
            <LoadingButton variant="primary" loading={desk.isSaving} onClick={() => void save()} testId={`${modal}-save`}>
              Save cap
            </LoadingButton>
            <Button onClick={() => desk.close(modal)}>Cancel</Button>
          </ModalFooter>
        </Modal>
      }
    >
      {budget.cap_credits === null ? 'Set cap' : 'Change cap'}
    </Button>
  );
};
