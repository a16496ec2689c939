// The card beside a record, 300 pixels wide: one column, one button.
import { Flex, StatusTag, Text, useExtensionContext } from '@hubspot/ui-extensions';
import { Loading } from './Loading';
import { EnrichButton, HeatTag, Moved } from './RecordHeader';
import { StateNotice } from './StateNotice';
import { useRecord } from './useRecord';
import { DRAFT_STATES, valueWords } from './words';

export const RecordSidebar = () => {
  const { portal } = useExtensionContext<'crm.record.sidebar'>();
  const desk = useRecord();
  const { view } = desk;
  if (!view) return <Loading desk={desk} />;
  const { priority, draft, next_step: next } = view;
  return (
    <Flex direction="column" gap="sm">
      {priority && (
        <Flex direction="row" gap="sm" align="center" wrap={true}>
          <HeatTag priority={priority} />
          <Text inline={true} format={{ fontWeight: 'demibold' }}>
            {`${priority.title} ${valueWords(priority)}`}
          </Text>
        </Flex>
      )}
      {priority && <Moved priority={priority} zone={portal.timezone} />}
      <StateNotice state={view.state} progress={desk.progress} run={desk.run} isSlow={desk.isSlow} onReload={desk.reload} />
      {next && (
        <Flex direction="column" gap="flush">
          <Text variant="microcopy">Next step</Text>
          <Text format={{ fontWeight: 'bold' }} testId="next-step">
            {next.text}
          </Text>
        </Flex>
      )}
      {draft && (
        <Flex direction="row" gap="sm" align="center" wrap={true}>
          <Text inline={true}>Draft</Text>
          <StatusTag variant={DRAFT_STATES[draft.state].tag}>{DRAFT_STATES[draft.state].words}</StatusTag>
        </Flex>
      )}
      {view.deal && view.people.length > 0 && <Text variant="microcopy">{`Hottest here: ${view.people[0]?.headline ?? view.people[0]?.label_words}`}</Text>}
      <EnrichButton view={view} sending={desk.sending} isPrimary={true} onEnrich={() => void desk.enrich()} />
    </Flex>
  );
};
