import { Flex, Text } from '@hubspot/ui-extensions';
import { ApprovalTable } from './ApprovalTable';
import { Crumbs } from './Crumbs';
import { useSharedHome } from './useHome';
import { count } from './words';

export const ApprovalsPage = () => {
  const { view } = useSharedHome();
  if (!view) return null;
  const more = view.approvals_total - view.approvals.length;
  return (
    <Flex direction="column" gap="md">
      <Crumbs title="Waiting for approval" />
      <Text>Open a contact: its Leadlight card shows the draft, to be changed, approved or turned down. Nothing is sent by itself.</Text>
      <ApprovalTable view={view} />
      {more > 0 && <Text>{`${count(more, 'more draft')} ${more === 1 ? 'waits' : 'wait'}; the console lists them all.`}</Text>}
    </Flex>
  );
};
