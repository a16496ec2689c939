import { Flex, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import { RecordLink } from './HottestTable';
import type { HomeView } from './types';
import { tidy } from './words';

export const ApprovalTable = ({ view, most }: { view: HomeView; most?: number }) => {
  if (view.approvals.length === 0) return <Text>No draft waits for a person. New ones appear here when a contact becomes worth writing to.</Text>;
  return (
    <Flex direction="column" gap="sm">
      {!view.viewer.may_act && <Text variant="microcopy">You can read the drafts. Operators and admins of Leadlight approve them.</Text>}
      <Table bordered={true} density="condensed">
        <TableHead>
          <TableRow>
            <TableHeader>Contact</TableHeader>
            <TableHeader>Draft</TableHeader>
            <TableHeader align="right">Priority</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {view.approvals.slice(0, most).map((approval) => (
            <TableRow key={approval.object_id}>
              <TableCell>
                <RecordLink title={approval.title} url={approval.url} />
              </TableCell>
              <TableCell>{approval.summary}</TableCell>
              <TableCell align="right">{approval.value === null ? 'not scored' : tidy(approval.value)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Flex>
  );
};
