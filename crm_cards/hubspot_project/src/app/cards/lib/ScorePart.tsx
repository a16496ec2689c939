// Why a score is what it is: reasons that add up to it, and what moved it last.
import { Accordion, Flex, StatusTag, Table, TableBody, TableCell, TableFooter, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import type { RecordView, ScoreView } from './types';
import { TAG_OF_TONE, movedWords, points, valueWords } from './words';

export const ScorePart = ({ view, zone }: { view: RecordView; zone: string }) => (
  <Flex direction="column" gap="md">
    {view.priority && <OneScore score={view.priority} zone={zone} />}
    {view.scores.map((score) => (
      <Accordion key={score.name} title={`${score.title}: ${valueWords(score)}`} size="sm">
        <OneScore score={score} zone={zone} />
      </Accordion>
    ))}
  </Flex>
);

const OneScore = ({ score, zone }: { score: ScoreView; zone: string }) => (
  <Flex direction="column" gap="sm">
    <Flex direction="row" gap="sm" align="center" wrap={true}>
      <StatusTag variant={TAG_OF_TONE[score.tone]}>{score.label_words}</StatusTag>
      <Text inline={true} format={{ fontWeight: 'demibold' }}>
        {`${score.title} ${valueWords(score)}`}
      </Text>
    </Flex>
    {score.moved && (
      <Text variant="microcopy">
        {[movedWords(score.moved, zone), ...score.moved.why.map((why) => `${points(why.points)} ${why.text}`)].join(' · ')}
      </Text>
    )}
    {score.reasons.length === 0 ? (
      <Text>Nothing is known that would speak for or against it.</Text>
    ) : (
      <Table bordered={true} density="condensed">
        <TableHead>
          <TableRow>
            <TableHeader>Reason</TableHeader>
            <TableHeader align="right" width="min">
              Points
            </TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {score.reasons.map((reason) => (
            <TableRow key={reason.text}>
              <TableCell>{reason.text}</TableCell>
              <TableCell align="right">{points(reason.points)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
        {score.value !== null && (
          <TableFooter>
            <TableRow>
              <TableHeader>Together</TableHeader>
              <TableHeader align="right">{valueWords(score)}</TableHeader>
            </TableRow>
          </TableFooter>
        )}
      </Table>
    )}
  </Flex>
);
