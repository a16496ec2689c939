// The settings of an account: whether everything is on, and what admins may change. People without a role learn whom to ask.
import { Button, ErrorState, Flex, LoadingSpinner, Tab, Tabs, Text } from '@hubspot/ui-extensions';
import { AccessTab } from './AccessTab';
import { BudgetsTab } from './BudgetsTab';
import { OverviewTab } from './OverviewTab';
import { PoliciesTab } from './PoliciesTab';
import { ProfileTab } from './ProfileTab';
import { ProvidersTab } from './ProvidersTab';
import type { Check } from './types';
import { type Desk, type OpenDesk, useSettings } from './useSettings';
import { problemsOf } from './words';

export const SettingsPage = () => {
  const desk = useSettings();
  if (desk.problem) return <Unavailable desk={desk} />;
  if (!desk.view) return <LoadingSpinner label="Loading the settings of Leadlight" showLabel={true} layout="centered" />;
  if (desk.view.viewer.role === null) return <NoRole checks={desk.view.checks} />;
  return <SettingsTabs desk={{ ...desk, view: desk.view }} />;
};

const SettingsTabs = ({ desk }: { desk: OpenDesk }) => {
  const problems = problemsOf(desk.view).length;
  return (
    <Flex direction="column" gap="md">
      {!desk.view.viewer.may_change && (
        <Text variant="microcopy" testId="read-only">
          {`You are ${desk.view.viewer.role === 'operator' ? 'an operator' : 'a viewer'}: you see every setting; admins of Leadlight change them.`}
        </Text>
      )}
      <Tabs defaultSelected="overview">
        <Tab tabId="overview" title={problems ? `Overview (${problems} to look at)` : 'Overview'}>
          <OverviewTab desk={desk} />
        </Tab>
        <Tab tabId="providers" title="Sources">
          <ProvidersTab desk={desk} />
        </Tab>
        <Tab tabId="budgets" title="Budgets">
          <BudgetsTab desk={desk} />
        </Tab>
        <Tab tabId="policies" title="What may be written">
          <PoliciesTab desk={desk} />
        </Tab>
        <Tab tabId="access" title="Who sees what">
          <AccessTab desk={desk} />
        </Tab>
        <Tab tabId="profile" title="Ideal customer">
          <ProfileTab desk={desk} />
        </Tab>
      </Tabs>
    </Flex>
  );
};

const Unavailable = ({ desk }: { desk: Desk }) => (
  <ErrorState title="The settings cannot be shown now" type="error">
    <Text>{desk.problem?.message}</Text>
    <Button onClick={desk.reload} testId="retry">
      Try again
    </Button>
  </ErrorState>
);

const NoRole = ({ checks }: { checks: Check[] }) => (
  <ErrorState title="You have no role in Leadlight yet" type="lock">
    {checks.map((check) => (
      <Text key={check.name}>{check.what_to_do ? `${check.message} ${check.what_to_do}` : check.message}</Text>
    ))}
    {checks.length === 0 && <Text>Ask an admin of Leadlight for one.</Text>}
  </ErrorState>
);
