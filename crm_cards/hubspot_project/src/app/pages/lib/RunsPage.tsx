import { Flex } from '@hubspot/ui-extensions';
import { Crumbs } from './Crumbs';
import { RunList } from './RunList';
import { useSharedHome } from './useHome';

export const RunsPage = () => {
  const { view } = useSharedHome();
  if (!view) return null;
  return (
    <Flex direction="column" gap="md">
      <Crumbs title="Runs" />
      <RunList runs={view.runs} />
    </Flex>
  );
};
