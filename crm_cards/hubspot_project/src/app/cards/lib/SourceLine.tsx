// Where a fact comes from: the source, as a link where it has an address, and the day it was seen.
import { Link, Text } from '@hubspot/ui-extensions';
import type { Evidence } from './types';
import { day, isWebAddress } from './words';

export const SourceName = ({ source, url }: { source: string; url: string | null }) =>
  isWebAddress(url) ? <Link href={{ url, external: true }}>{source}</Link> : <Text inline={true}>{source}</Text>;

/** One line below a sentence; nothing when it rests on no finding. */
export const SourceLine = ({ evidence, zone }: { evidence: Evidence[]; zone: string }) => {
  const sources = withoutRepeats(evidence, zone);
  if (sources.length === 0) return null;
  return (
    <Text variant="microcopy">
      {sources.map((one, index) => (
        <Text key={keyOf(one, zone)} inline={true} variant="microcopy">
          {index > 0 ? ' · ' : ''}
          <SourceName source={one.source} url={one.source_url} />
          {`, ${day(one.seen_at, zone)}`}
        </Text>
      ))}
    </Text>
  );
};

const keyOf = (one: Evidence, zone: string) => `${one.source} ${one.source_url} ${day(one.seen_at, zone)}`;

/** A page that gave two facts of a sentence on one day is named once. */
const withoutRepeats = (evidence: Evidence[], zone: string) => [...new Map(evidence.map((one) => [keyOf(one, zone), one])).values()];
