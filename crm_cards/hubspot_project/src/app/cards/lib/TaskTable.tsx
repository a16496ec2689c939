// What became of the steps of an approved draft.
import { Flex, StatusTag, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Text } from '@hubspot/ui-extensions';
import type { DraftView } from './types';
import { CHANNELS, TASK_STATES, day } from './words';

export const TaskTable = ({ draft, zone }: { draft: DraftView; zone: string }) => (
  <Table bordered={true} density="condensed" testId="tasks">
    <TableHead>
      <TableRow>
        <TableHeader>Task</TableHeader>
        <TableHeader>Due</TableHeader>
        <TableHeader>State</TableHeader>
      </TableRow>
    </TableHead>
    <TableBody>
      {draft.tasks.map((task) => {
        const step = draft.steps.find((one) => one.position === task.position);
        const { words, tag } = TASK_STATES[task.state];
        return (
          <TableRow key={task.position}>
            <TableCell>{`Step ${task.position}${step ? ` · ${CHANNELS[step.channel]}` : ''}`}</TableCell>
            <TableCell>{day(task.due_at, zone)}</TableCell>
            <TableCell>
              <Flex direction="column" gap="flush">
                <StatusTag variant={tag}>{words}</StatusTag>
                {task.error && <Text variant="microcopy">{task.error}</Text>}
              </Flex>
            </TableCell>
          </TableRow>
        );
      })}
    </TableBody>
  </Table>
);
