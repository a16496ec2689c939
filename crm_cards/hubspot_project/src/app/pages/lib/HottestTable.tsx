import { EmptyState, Link, StatusTag, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import type { HotRecord } from './types';
import { count, isWebAddress, TAG_OF_TONE, tidy } from './words';

export const HottestTable = ({ records, waiting }: { records: HotRecord[]; waiting: number }) => {
  if (records.length === 0) return <NothingHot waiting={waiting} />;
  return (
    <Table bordered={true} density="condensed">
      <TableHead>
        <TableRow>
          <TableHeader>Record</TableHeader>
          <TableHeader>Heat</TableHeader>
          <TableHeader align="right">Priority</TableHeader>
          <TableHeader>Why</TableHeader>
        </TableRow>
      </TableHead>
      <TableBody>
        {records.map((record) => (
          <TableRow key={`${record.object_type} ${record.object_id}`}>
            <TableCell>
              <RecordLink title={record.title} url={record.url} />
            </TableCell>
            <TableCell>
              <StatusTag variant={TAG_OF_TONE[record.tone]}>{record.label_words}</StatusTag>
            </TableCell>
            <TableCell align="right">{tidy(record.value)}</TableCell>
            <TableCell>{verdict(record)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
};

/** The line of the brief without the name, which stands in the first column already. */
const verdict = ({ title, headline }: HotRecord): string => (headline.startsWith(`${title}: `) ? headline.slice(title.length + 2) : headline);

export const RecordLink = ({ title, url }: { title: string; url: string }) =>
  isWebAddress(url) ? <Link href={{ url, external: true }}>{title}</Link> : <Text>{title}</Text>;

const NothingHot = ({ waiting }: { waiting: number }) => (
  <EmptyState title="Nothing is hot yet" layout="vertical" imageName="target" imageWidth={100}>
    <Text>
      {waiting > 0
        ? `${count(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'} to be looked at. Come back in a few minutes.`
        : 'Create or change a contact or company, or open one and choose “Enrich now” on its Leadlight card: it is scored then.'}
    </Text>
  </EmptyState>
);
