// What the sources cost: by day as bars with the same in words, and by source against its cap.
import { BarChart, Flex, ProgressBar, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import type { ProviderSpend, Spend } from './types';
import { barColour, day, money, spendWords } from './words';

export const SpendPart = ({ spend }: { spend: Spend }) => {
  const inWords = spendWords(spend.by_day);
  return (
    <Flex direction="column" gap="sm">
      {inWords === null ? (
        <Text>Nothing was spent in the last 30 days.</Text>
      ) : (
        <>
          <BarChart
            data={spend.by_day.map((one) => ({ day: day(one.day), cost_usd: one.cost_usd }))}
            axes={{ x: { field: 'day', fieldType: 'category', label: 'Day' }, y: { field: 'cost_usd', fieldType: 'linear', label: 'USD' } }}
            options={{ title: 'Spent by day', showLegend: false, showTooltips: true }}
          />
          <Text variant="microcopy" testId="spend-words">
            {inWords}
          </Text>
        </>
      )}
      {spend.by_provider.length > 0 && <ByProvider providers={spend.by_provider} />}
    </Flex>
  );
};

const ByProvider = ({ providers }: { providers: ProviderSpend[] }) => (
  <Table bordered={true} density="condensed">
    <TableHead>
      <TableRow>
        <TableHeader>Source</TableHeader>
        <TableHeader align="right">This month</TableHeader>
        <TableHeader>Of its cap</TableHeader>
      </TableRow>
    </TableHead>
    <TableBody>
      {providers.map((provider) => (
        <TableRow key={provider.provider}>
          <TableCell>{provider.title}</TableCell>
          <TableCell align="right">{money(provider.month_usd)}</TableCell>
          <TableCell>
            <Cap provider={provider} />
          </TableCell>
        </TableRow>
      ))}
    </TableBody>
  </Table>
);

const Cap = ({ provider }: { provider: ProviderSpend }) => {
  const { used_ratio: ratio, cap_credits: cap, month_credits: credits } = provider;
  if (ratio === null || cap === null) return <Text>{`${credits} credits, no cap`}</Text>;
  const words = `${credits} of ${cap} credits`;
  return (
    <ProgressBar
      aria-label={`Used of the month's cap of ${provider.title}`}
      value={Math.min(Math.round(ratio * 100), 100)}
      maxValue={100}
      variant={barColour(ratio)}
      valueDescription={ratio >= 1 ? `${words}: used up` : words}
    />
  );
};
