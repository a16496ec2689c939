// The brief: sections of sentences, each with the finding it rests on. The next step is left out: it stands at the top of the card.
import { Flex, Heading, Text } from '@hubspot/ui-extensions';
import { SourceLine } from './SourceLine';
import type { RecordView } from './types';
import { day } from './words';

const SHOWN_ABOVE = 'next_step';

export const BriefPart = ({ brief, zone }: { brief: NonNullable<RecordView['brief']>; zone: string }) => (
  <Flex direction="column" gap="md">
    {brief.sections.filter((section) => section.name !== SHOWN_ABOVE).map((section) => (
      <Flex key={section.name} direction="column" gap="xs">
        <Heading>{section.title}</Heading>
        {section.sentences.length === 0 && <Text variant="microcopy">Nothing is known about this yet.</Text>}
        {section.sentences.map((sentence) => (
          <Flex key={sentence.text} direction="column" gap="flush">
            <Text>{sentence.text}</Text>
            <SourceLine evidence={sentence.evidence} zone={zone} />
          </Flex>
        ))}
      </Flex>
    ))}
    <Text variant="microcopy">{freshness(brief, zone)}</Text>
  </Flex>
);

function freshness({ built_at, checked_at }: NonNullable<RecordView['brief']>, zone: string): string {
  const [written, checked] = [day(built_at, zone), day(checked_at, zone)];
  return written === checked ? `Written ${written}` : `Written ${written}, checked ${checked}: nothing has changed since`;
}
