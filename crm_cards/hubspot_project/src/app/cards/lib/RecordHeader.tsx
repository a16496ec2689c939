// What a rep reads first: how hot, how much, what moved, and when we last looked.
import type { ReactNode } from 'react';
import { Button, Flex, Heading, ScoreCircle, StatusTag, Text } from '@hubspot/ui-extensions';
import type { RecordView, ScoreView } from './types';
import { TAG_OF_TONE, day, movedWords, valueWords } from './words';

export const HeatTag = ({ priority }: { priority: ScoreView }) => (
  <StatusTag variant={TAG_OF_TONE[priority.tone]} testId="heat">
    {priority.label_words}
  </StatusTag>
);

export const Moved = ({ priority, zone }: { priority: ScoreView; zone: string }) =>
  priority.moved && (
    <Text variant="microcopy" testId="moved">
      {[movedWords(priority.moved, zone), priority.moved.why[0]?.text].filter(Boolean).join(': ')}
    </Text>
  );

/** The record's own button: the word depends on whether anybody looked before. Nothing for records that are not enriched themselves. */
export const EnrichButton = ({ view, sending, isPrimary, onEnrich }: {
  view: RecordView;
  sending: string | null;
  isPrimary: boolean;
  onEnrich: () => void;
}) => {
  const cannot = view.object_type === 'deals' || ['erased', 'disconnected'].includes(view.state.kind);
  if (cannot || !view.viewer.may_act) return null;
  return (
    <Button
      variant={isPrimary ? 'primary' : 'secondary'}
      size="sm"
      disabled={sending !== null || view.state.is_busy}
      onClick={onEnrich}
      testId="enrich"
    >
      {view.state.kind === 'new' ? 'Enrich now' : 'Enrich again'}
    </Button>
  );
};

export const RecordHeader = ({ view, zone, children }: { view: RecordView; zone: string; children: ReactNode }) => {
  const { priority, headline, deal } = view;
  return (
    <Flex direction="row" justify="between" align="start" gap="md" wrap={true}>
      <Flex direction="row" gap="md" align="center">
        {priority && priority.value !== null && <ScoreCircle score={Math.round(priority.value)} />}
        <Flex direction="column" gap="xs">
          {priority && (
            <Flex direction="row" gap="sm" align="center" wrap={true}>
              <HeatTag priority={priority} />
              <Text inline={true} format={{ fontWeight: 'demibold' }}>
                {`${priority.title} ${valueWords(priority)}`}
              </Text>
            </Flex>
          )}
          {(deal || headline) && <Heading>{deal ? deal.name : headline}</Heading>}
          {deal && <Text>{dealWords(deal, zone)}</Text>}
          {deal && headline && <Text>{headline}</Text>}
          {priority && <Moved priority={priority} zone={zone} />}
          {view.brief && <Text variant="microcopy">{`Last looked at ${day(view.brief.checked_at, zone)}`}</Text>}
        </Flex>
      </Flex>
      {children}
    </Flex>
  );
};

const dealWords = (deal: NonNullable<RecordView['deal']>, zone: string) =>
  [deal.stage, deal.amount, deal.closes_on && `closes ${day(deal.closes_on, zone)}`].filter(Boolean).join(' · ');
