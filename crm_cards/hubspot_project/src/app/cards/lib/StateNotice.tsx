// Says what stands in the way or is under way, and only then.
import { Alert, Button, EmptyState, Flex, LoadingSpinner, ProgressBar, Text, Tile } from '@hubspot/ui-extensions';
import type { Progress, RunLine, State } from './types';
import { count, elapsed } from './words';

const ALERTS = {
  over_budget: 'warning',
  failed: 'danger',
  dry_run: 'info',
  disconnected: 'danger',
  erased: 'info',
  not_enough_evidence: 'info',
} as const;

interface Props {
  state: State;
  progress: Progress | null;
  run: RunLine | null;
  isSlow: boolean;
  onReload: () => void;
}

export const StateNotice = ({ state: stored, progress, run, isSlow, onReload }: Props) => {
  const state = progress?.state ?? stored;
  if (run) return <RunNotice run={run} />;
  if (isSlow) {
    return (
      <Alert title="This takes longer than usual" variant="warning">
        <Text>Leadlight is still at it, and goes on without this page.</Text>
        <Button size="xs" onClick={onReload} testId="check-now">
          Check now
        </Button>
      </Alert>
    );
  }
  if (state.is_busy) return <BusyNotice state={state} progress={progress} />;
  if (state.kind === 'new') {
    return (
      <EmptyState title={state.title} layout="vertical" imageName="idea" imageWidth={100}>
        <Text>{state.message}</Text>
      </EmptyState>
    );
  }
  if (state.kind in ALERTS) {
    return (
      <Alert title={state.title} variant={ALERTS[state.kind as keyof typeof ALERTS]}>
        {state.message}
      </Alert>
    );
  }
  if (state.is_stale) {
    return (
      <Alert title="Older than 30 days" variant="info">
        Nobody has looked at this record for a month. Look again before you rely on it.
      </Alert>
    );
  }
  return null;
};

const BusyNotice = ({ state, progress }: { state: State; progress: Progress | null }) => {
  if (state.no_worker) {
    return (
      <Alert title="Nobody is working" variant="warning">
        {state.message}
      </Alert>
    );
  }
  const ahead = progress?.position ? `${count(progress.position, 'record')} before this one` : '';
  const since = progress && progress.elapsed_s >= 1 ? `for ${elapsed(progress.elapsed_s)}` : '';
  const how = [ahead, since].filter(Boolean).join(', ');
  return (
    <Tile compact={true}>
      <Flex direction="column" gap="xs">
        <LoadingSpinner label={state.title} showLabel={true} layout="inline" size="sm" />
        <Text variant="microcopy">{how ? `${state.message} (${how})` : state.message}</Text>
      </Flex>
    </Tile>
  );
};

const RunNotice = ({ run }: { run: RunLine }) => (
  <Tile compact={true}>
    <ProgressBar
      title={run.words}
      value={run.done}
      maxValue={Math.max(run.total, 1)}
      valueDescription={`${run.done} of ${run.total}`}
    />
  </Tile>
);
