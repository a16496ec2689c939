// Runs: those under way with how far they are, the others with what came of them.
import { Alert, Button, Flex, Link, ProgressBar, Text, Tile, useExtensionContext } from '@hubspot/ui-extensions';
import type { RunLine } from './types';
import { useSharedHome } from './useHome';
import { countsWords, doneWords, isWebAddress, moment } from './words';

export const RunList = ({ runs }: { runs: RunLine[] }) => {
  const { hasStoppedLooking, reload } = useSharedHome();
  const { portal } = useExtensionContext<'pages'>();
  if (runs.length === 0) return <Text>No run yet. Imports, undos and approvals are listed here while they work and afterwards.</Text>;
  return (
    <Flex direction="column" gap="sm">
      {hasStoppedLooking && (
        <Alert title="This page has stopped looking" variant="info">
          <Text>The work goes on without it; how far it is may be out of date.</Text>
          <Button size="xs" onClick={reload} testId="look-again">
            Look again
          </Button>
        </Alert>
      )}
      {runs.map((run) => (
        <Run key={run.run_id} run={run} zone={portal.timezone} />
      ))}
    </Flex>
  );
};

const Run = ({ run, zone }: { run: RunLine; zone: string }) => {
  const isUnderWay = run.finished_at === null;
  const outcome = countsWords(run.counts);
  return (
    <Tile compact={true}>
      <Flex direction="column" gap="xs">
        {isUnderWay ? (
          <ProgressBar title={run.words} value={run.done} maxValue={Math.max(run.total, run.done, 1)} valueDescription={doneWords(run)} />
        ) : (
          <Text format={{ fontWeight: 'demibold' }}>{run.words}</Text>
        )}
        <Text variant="microcopy">
          {isUnderWay
            ? `Started ${moment(run.started_at, zone)} ${asker(run)}`
            : `Finished ${moment(run.finished_at, zone)}${outcome ? `: ${outcome}` : ''}; started ${asker(run)}`}
        </Text>
        {isWebAddress(run.url) && <Link href={{ url: run.url, external: true }}>{`Details of “${run.words}”`}</Link>}
      </Flex>
    </Tile>
  );
};

/** Most runs follow a change in HubSpot, and nobody asked for them. */
const asker = ({ requested_by: by }: RunLine): string => (by ? `by ${by}` : 'by itself');
