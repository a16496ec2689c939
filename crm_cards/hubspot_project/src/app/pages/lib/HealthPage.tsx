import { Button, Flex, Text } from '@hubspot/ui-extensions';
import { Crumbs } from './Crumbs';
import { HealthLines } from './HealthLines';
import { useSharedHome } from './useHome';

export const HealthPage = () => {
  const { view, reload } = useSharedHome();
  if (!view) return null;
  return (
    <Flex direction="column" gap="md">
      <Crumbs title="Health" />
      <Text>Leadlight looks at its connection to HubSpot, its workers, what waits, what failed for good, and whether HubSpot still tells it of changes.</Text>
      <HealthLines lines={view.health.lines} />
      <Flex direction="row">
        <Button size="sm" onClick={reload} testId="look-again">
          Look again
        </Button>
      </Flex>
    </Flex>
  );
};
