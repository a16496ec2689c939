// The first page: whom to turn to now, what waits for a person, what is under way, what it costs, and whether all is well.
import { Alert, Flex, Heading, Statistics, StatisticsItem, Text } from '@hubspot/ui-extensions';
import { PageLink, PageTitle } from '@hubspot/ui-extensions/pages';
import { ApprovalTable } from './ApprovalTable';
import { HealthLines } from './HealthLines';
import { HottestTable } from './HottestTable';
import { RunList } from './RunList';
import { SpendPart } from './SpendPart';
import type { HomeView } from './types';
import { useSharedHome } from './useHome';
import { count, money } from './words';

const MOST_APPROVALS = 5;
const MOST_RUNS = 3;

export const HomePage = () => {
  const { view } = useSharedHome();
  if (!view) return null;
  const underWay = view.runs.filter((run) => run.finished_at === null).length;
  return (
    <Flex direction="column" gap="lg">
      <PageTitle>Leadlight</PageTitle>
      <Banners view={view} />
      <Statistics>
        <StatisticsItem label="Drafts to approve" number={view.approvals_total} />
        <StatisticsItem label="Records waiting to be looked at" number={view.waiting} />
        <StatisticsItem label="Spent today" number={money(view.spend.today_usd)} />
        <StatisticsItem label="Spent this month" number={money(view.spend.month_usd)} />
      </Statistics>
      <Part title="Hottest now">
        <HottestTable records={view.hottest} waiting={view.waiting} />
      </Part>
      <Part title="Waiting for approval">
        <ApprovalTable view={view} most={MOST_APPROVALS} />
        {view.approvals_total > MOST_APPROVALS && <PageLink to="/approvals">{`See ${count(view.approvals_total, 'draft')} to approve`}</PageLink>}
      </Part>
      <Part title={underWay ? `Under way (${underWay})` : 'Last runs'}>
        <RunList runs={view.runs.slice(0, MOST_RUNS)} />
        {view.runs.length > MOST_RUNS && <PageLink to="/runs">See all runs</PageLink>}
      </Part>
      <Part title="Spend">
        <SpendPart spend={view.spend} />
      </Part>
      <Part title="Health">
        <HealthLines lines={view.health.lines} />
        <PageLink to="/health">What Leadlight looks at</PageLink>
      </Part>
    </Flex>
  );
};

const Part = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <Flex direction="column" gap="sm">
    <Heading>{title}</Heading>
    {children}
  </Flex>
);

const Banners = ({ view }: { view: HomeView }) => {
  const broken = view.health.lines.find((line) => line.level === 'bad');
  return (
    <>
      {broken && (
        <Alert title={broken.text} variant="danger">
          {broken.what_to_do ?? 'Ask an admin of Leadlight to look.'}
        </Alert>
      )}
      {view.dry_run && (
        <Alert title="Dry run: nothing is written to HubSpot" variant="info">
          <Text>
            {view.viewer.is_admin
              ? 'Leadlight only proposes. You decide about going live in the settings of the app.'
              : 'Leadlight only proposes. An admin of Leadlight decides about going live.'}
          </Text>
        </Alert>
      )}
    </>
  );
};
