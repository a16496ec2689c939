// Every value we wrote, where it comes from and what it cost, with a way back; below, everything that was found, and where sources disagree.
import { Accordion, Flex, Link, StatusTag, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import { SourceName } from './SourceLine';
import type { FactProvenance, FieldProvenance, RecordView } from './types';
import { UndoButton } from './UndoButton';
import type { Desk } from './useRecord';
import { byField, cost, count, day, disputedLabels, percent } from './words';

export const SourcesPart = ({ view, desk, zone }: { view: RecordView; desk: Desk; zone: string }) => {
  const { fields, facts, more_fields, more_facts } = view.provenance;
  const disputed = disputedLabels(facts);
  return (
    <Flex direction="column" gap="md">
      {fields.length === 0 ? (
        <Text>Leadlight has written nothing to this record.</Text>
      ) : (
        <FieldTable fields={fields} desk={desk} mayAct={view.viewer.may_act} zone={zone} />
      )}
      {disputed.length > 0 && (
        <Text testId="disputed">
          <StatusTag variant="warning">Sources disagree</StatusTag> {`on ${disputed.join(', ')}. The values below say who says what, and why one was taken.`}
        </Text>
      )}
      {facts.length > 0 && (
        <Accordion title={`Everything that was found (${facts.length + more_facts})`} size="sm">
          <FactTable facts={facts} zone={zone} />
        </Accordion>
      )}
      <Text variant="microcopy">
        {more_fields + more_facts > 0 ? `${count(more_fields + more_facts, 'more entry', 'more entries')} and the whole history: ` : 'The whole history: '}
        <Link href={{ url: view.console_url, external: true }}>this record on the Leadlight console</Link>
      </Text>
    </Flex>
  );
};

const FieldTable = ({ fields, desk, mayAct, zone }: { fields: FieldProvenance[]; desk: Desk; mayAct: boolean; zone: string }) => (
  <Table bordered={true} density="condensed" testId="fields">
    <TableHead>
      <TableRow>
        <TableHeader>Property</TableHeader>
        <TableHeader>Value</TableHeader>
        <TableHeader>Source</TableHeader>
        <TableHeader>Trust and cost</TableHeader>
        <TableHeader width="min">Way back</TableHeader>
      </TableRow>
    </TableHead>
    <TableBody>
      {fields.map((field) => (
        <TableRow key={field.property}>
          <TableCell>{field.label}</TableCell>
          <TableCell>{field.value}</TableCell>
          <TableCell>
            <SourceCell source={field.source} url={field.source_url} seen={field.seen_at ?? field.written_at} zone={zone} />
          </TableCell>
          <TableCell>{field.computed ? 'Computed' : `${percent(field.confidence)}, ${cost(field.cost_usd)}`}</TableCell>
          <TableCell>{mayAct && field.may_undo ? <UndoButton field={field} desk={desk} /> : '–'}</TableCell>
        </TableRow>
      ))}
    </TableBody>
  </Table>
);

const FactTable = ({ facts, zone }: { facts: FactProvenance[]; zone: string }) => (
  <Table bordered={true} density="condensed" testId="facts">
    <TableHead>
      <TableRow>
        <TableHeader>Fact</TableHeader>
        <TableHeader>Value</TableHeader>
        <TableHeader>Source</TableHeader>
        <TableHeader>Trust and cost</TableHeader>
      </TableRow>
    </TableHead>
    <TableBody>
      {byField(facts).map((fact) => (
        <TableRow key={`${fact.field} ${fact.source} ${fact.value} ${fact.run_id}`}>
          <TableCell>
            {fact.label} {fact.chosen && <StatusTag variant="success">Used</StatusTag>}
            {fact.differs && <StatusTag variant="warning">Differs</StatusTag>}
          </TableCell>
          <TableCell>
            {fact.value}
            {fact.lost_because !== null && <Text variant="microcopy">{`Not used: ${fact.lost_because}`}</Text>}
          </TableCell>
          <TableCell>
            <SourceCell source={fact.source} url={fact.source_url} seen={fact.seen_at} zone={zone} />
          </TableCell>
          <TableCell>{`${percent(fact.confidence)}, ${cost(fact.cost_usd)}`}</TableCell>
        </TableRow>
      ))}
    </TableBody>
  </Table>
);

const SourceCell = ({ source, url, seen, zone }: { source: string; url: string | null; seen: string; zone: string }) => (
  <Flex direction="column" gap="flush">
    <SourceName source={source} url={url} />
    <Text variant="microcopy">{day(seen, zone)}</Text>
  </Flex>
);
