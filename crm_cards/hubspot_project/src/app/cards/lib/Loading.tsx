// Before there is anything to show: the spinner, or why nothing comes.
import { Button, ErrorState, LoadingSpinner, Text } from '@hubspot/ui-extensions';
import type { Desk } from './useRecord';

const HIDDEN = new Set(['not_visible', 'not_allowed']);

export const Loading = ({ desk }: { desk: Desk }) => {
  const { problem } = desk;
  if (!problem) return <LoadingSpinner label="Loading what Leadlight knows" showLabel={true} layout="centered" />;
  const isHidden = HIDDEN.has(problem.reason);
  return (
    <ErrorState title={isHidden ? 'Nothing to show you here' : 'Leadlight cannot show this record now'} type={isHidden ? 'lock' : 'error'}>
      <Text>{problem.message}</Text>
      <Button onClick={desk.reload} testId="retry">
        Try again
      </Button>
    </ErrorState>
  );
};
