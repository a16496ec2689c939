import { Flex, StatusTag, Text } from '@hubspot/ui-extensions';
import type { HealthLine } from './types';
import { LEVELS } from './words';

export const HealthLines = ({ lines }: { lines: HealthLine[] }) => (
  <Flex direction="column" gap="sm">
    {lines.map((line) => (
      <Flex key={line.text} direction="column" gap="xs">
        <Flex direction="row" gap="sm" align="center">
          <StatusTag variant={LEVELS[line.level].tag}>{LEVELS[line.level].words}</StatusTag>
          <Text>{line.text}</Text>
        </Flex>
        {line.what_to_do && <Text variant="microcopy">{`What to do: ${line.what_to_do}`}</Text>}
      </Flex>
    ))}
  </Flex>
);
