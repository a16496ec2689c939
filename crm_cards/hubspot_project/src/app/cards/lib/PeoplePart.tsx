// Who belongs to a company or a deal, hottest first, and the deal's company.
import { Flex, Heading, Link, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import { HeatTag } from './RecordHeader';
import type { DraftView, RecordView } from './types';
import { DRAFT_STATES, tidy, valueWords } from './words';

const recordUrl = (portalId: number, typeId: string, objectId: string) =>
  `https://app.hubspot.com/contacts/${portalId}/record/${typeId}/${encodeURIComponent(objectId)}`;

export const PeoplePart = ({ view, portalId }: { view: RecordView; portalId: number }) => (
  <Flex direction="column" gap="md">
    {view.company && (
      <Flex direction="column" gap="xs">
        <Heading>Company</Heading>
        {view.company.priority && (
          <Flex direction="row" gap="sm" align="center" wrap={true}>
            <HeatTag priority={view.company.priority} />
            <Text inline={true}>{`${view.company.priority.title} ${valueWords(view.company.priority)}`}</Text>
          </Flex>
        )}
        <Link href={{ url: recordUrl(portalId, '0-2', view.company.object_id), external: true }}>
          {view.company.headline ?? `Company ${view.company.object_id}`}
        </Link>
      </Flex>
    )}
    {view.people.length === 0 ? (
      <Text>Leadlight knows none of the people here.</Text>
    ) : (
      <Table bordered={true} density="condensed" testId="people">
        <TableHead>
          <TableRow>
            <TableHeader>Person</TableHeader>
            <TableHeader>Heat</TableHeader>
            <TableHeader>Draft</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {view.people.map((person) => (
            <TableRow key={person.object_id}>
              <TableCell>
                <Link href={{ url: recordUrl(portalId, '0-1', person.object_id), external: true }}>
                  {person.headline ?? `Contact ${person.object_id}`}
                </Link>
              </TableCell>
              <TableCell>{person.value === null ? person.label_words : `${person.label_words}, ${tidy(person.value)}`}</TableCell>
              <TableCell>{draftWords(person.draft_state)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    )}
  </Flex>
);

const draftWords = (state: string | null) => (state === null ? '–' : (DRAFT_STATES[state as DraftView['state']]?.words ?? state));
