// The one thing to do next, with what it rests on.
import { Flex, Heading, Text, Tile } from '@hubspot/ui-extensions';
import { SourceLine } from './SourceLine';
import type { Sentence } from './types';

export const NextStep = ({ step, zone }: { step: Sentence; zone: string }) => (
  <Tile compact={true} testId="next-step">
    <Flex direction="column" gap="xs">
      <Text variant="microcopy">Next step</Text>
      <Heading>{step.text}</Heading>
      <SourceLine evidence={step.evidence} zone={zone} />
    </Flex>
  </Tile>
);
