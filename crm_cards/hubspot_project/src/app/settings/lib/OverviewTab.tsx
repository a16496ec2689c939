// First what matters: is everything on, and what to do where it is not. Whatever is fine is folded away.
import { Accordion, Alert, Flex, Heading, Link, List, StatusTag, Text, Tile } from '@hubspot/ui-extensions';
import { DryRun } from './DryRun';
import type { OpenDesk } from './useSettings';
import { count, isWebAddress, LEVELS, type Problem, problemsOf } from './words';

export const OverviewTab = ({ desk }: { desk: OpenDesk }) => {
  const { view } = desk;
  const problems = problemsOf(view);
  const fine = [
    ...view.checks.filter((check) => check.level === 'good').map((check) => `${check.name}: ${check.message}`),
    ...view.features.filter((feature) => feature.on).map((feature) => `${feature.name}: on`),
  ];
  return (
    <Flex direction="column" gap="lg">
      <Verdict problems={problems} />
      {problems.map((problem) => (
        <ProblemTile key={`${problem.name} ${problem.message}`} problem={problem} />
      ))}
      <DryRun desk={desk} />
      {fine.length > 0 && (
        <Accordion title={`${count(fine.length, 'thing')} looked at and fine`} size="sm">
          <List variant="unordered-styled">
            {fine.map((line) => (
              <Text key={line}>{line}</Text>
            ))}
          </List>
        </Accordion>
      )}
      {isWebAddress(view.console_url) && <Link href={{ url: view.console_url, external: true }}>Open the console of Leadlight</Link>}
    </Flex>
  );
};

const Verdict = ({ problems }: { problems: Problem[] }) => {
  const broken = problems.filter((problem) => problem.level === 'bad').length;
  if (broken) {
    return (
      <Alert title={`${count(broken, 'thing')} must be repaired`} variant="danger">
        Until then Leadlight does not do all of its work in this account. What to do stands below.
      </Alert>
    );
  }
  if (problems.length) {
    return (
      <Alert title="Leadlight works, with gaps" variant="warning">
        {`${count(problems.length, 'thing')} could be better; what to do stands below.`}
      </Alert>
    );
  }
  return (
    <Alert title="Everything is on" variant="success">
      Leadlight is connected and nothing is missing.
    </Alert>
  );
};

const ProblemTile = ({ problem }: { problem: Problem }) => (
  <Tile compact={true}>
    <Flex direction="column" gap="xs">
      <Flex direction="row" gap="sm" align="center">
        <StatusTag variant={LEVELS[problem.level].tag}>{LEVELS[problem.level].words}</StatusTag>
        <Heading inline={true}>{problem.name}</Heading>
      </Flex>
      <Text>{problem.message}</Text>
      {problem.whatToDo && <Text format={{ fontWeight: 'demibold' }}>{`What to do: ${problem.whatToDo}`}</Text>}
    </Flex>
  </Tile>
);
