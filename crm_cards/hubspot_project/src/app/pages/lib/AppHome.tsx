// The home of the app in HubSpot: its pages and what all of them share.
import { Button, ErrorState, LoadingSpinner, Text } from '@hubspot/ui-extensions';
import { createPageRouter, PageHeader, PageRoutes, type PageRoutesLayoutProps } from '@hubspot/ui-extensions/pages';
import { ApprovalsPage } from './ApprovalsPage';
import { HealthPage } from './HealthPage';
import { HomePage } from './HomePage';
import { RunsPage } from './RunsPage';
import { HomeContext, useHome, useSharedHome } from './useHome';
import { isWebAddress } from './words';

export const AppHome = () => {
  const home = useHome();
  return (
    <HomeContext.Provider value={home}>
      <Router />
    </HomeContext.Provider>
  );
};

const Layout = ({ children }: PageRoutesLayoutProps) => {
  const { view, problem, reload } = useSharedHome();
  if (problem) {
    return (
      <ErrorState title="Leadlight cannot show its home now" type={problem.reason === 'not_allowed' ? 'lock' : 'error'}>
        <Text>{problem.message}</Text>
        <Button onClick={reload} testId="retry">
          Try again
        </Button>
      </ErrorState>
    );
  }
  if (!view) return <LoadingSpinner label="Loading the home of Leadlight" showLabel={true} layout="centered" />;
  return (
    <>
      {isWebAddress(view.console_url) && (
        <PageHeader>
          <PageHeader.PrimaryAction>
            <PageHeader.Link href={view.console_url}>Open the console</PageHeader.Link>
          </PageHeader.PrimaryAction>
        </PageHeader>
      )}
      {children}
    </>
  );
};

const Router = createPageRouter(
  <PageRoutes layoutComponent={Layout}>
    <PageRoutes.IndexRoute component={HomePage} />
    <PageRoutes.Route path="/approvals" component={ApprovalsPage} />
    <PageRoutes.Route path="/runs" component={RunsPage} />
    <PageRoutes.Route path="/health" component={HealthPage} />
    <PageRoutes.AnyRoute component={HomePage} />
  </PageRoutes>,
);
