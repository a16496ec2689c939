// The card in the middle of a record. The top is read in ten seconds: how hot, what next; the rest lies behind tabs.
import { Flex, Tab, Tabs, Text, useExtensionContext } from '@hubspot/ui-extensions';
import { BriefPart } from './BriefPart';
import { DraftPart } from './DraftPart';
import { Loading } from './Loading';
import { NextStep } from './NextStep';
import { PeoplePart } from './PeoplePart';
import { EnrichButton, RecordHeader } from './RecordHeader';
import { ScorePart } from './ScorePart';
import { SourcesPart } from './SourcesPart';
import { StateNotice } from './StateNotice';
import type { RecordView } from './types';
import { useRecord, type Desk } from './useRecord';

const WITHOUT_PARTS = new Set(['erased']);

export const RecordTab = () => {
  const { portal } = useExtensionContext<'crm.record.tab'>();
  const desk = useRecord();
  const { view } = desk;
  if (!view) return <Loading desk={desk} />;
  const zone = portal.timezone;
  const isPrimary = view.state.kind === 'new' || (view.state.kind === 'failed' && view.draft?.state !== 'drafted');
  return (
    <Flex direction="column" gap="md">
      <RecordHeader view={view} zone={zone}>
        <EnrichButton view={view} sending={desk.sending} isPrimary={isPrimary} onEnrich={() => void desk.enrich()} />
      </RecordHeader>
      <StateNotice state={view.state} progress={desk.progress} run={desk.run} isSlow={desk.isSlow} onReload={desk.reload} />
      {view.next_step && <NextStep step={view.next_step} zone={zone} />}
      {!WITHOUT_PARTS.has(view.state.kind) && <Parts view={view} desk={desk} zone={zone} portalId={portal.id} />}
      {!view.viewer.may_act && <Text variant="microcopy">You may read this. To act here, ask an admin of Leadlight for a role.</Text>}
    </Flex>
  );
};

/** One tab for each kind of thing there is to show; none where nothing is known. */
const Parts = ({ view, desk, zone, portalId }: { view: RecordView; desk: Desk; zone: string; portalId: number }) => {
  const { provenance, brief, draft, people, company } = view;
  const parts = [
    view.object_type === 'deals' && { id: 'people', title: 'People and company', body: <PeoplePart view={view} portalId={portalId} /> },
    brief && { id: 'brief', title: 'Brief', body: <BriefPart brief={brief} zone={zone} /> },
    (view.priority || view.scores.length > 0) && { id: 'why', title: 'Why this score', body: <ScorePart view={view} zone={zone} /> },
    draft && {
      id: 'draft',
      title: draft.state === 'drafted' ? 'Draft (waits for you)' : 'Draft',
      body: <DraftPart draft={draft} desk={desk} mayAct={view.viewer.may_act} zone={zone} />,
    },
    view.object_type === 'companies' && (people.length > 0 || company) && { id: 'people', title: 'People', body: <PeoplePart view={view} portalId={portalId} /> },
    provenance.fields.length + provenance.facts.length > 0 && { id: 'sources', title: 'Sources', body: <SourcesPart view={view} desk={desk} zone={zone} /> },
  ].filter((part) => part !== null && part !== false);
  const [first] = parts;
  if (!first) return null;
  return (
    <Tabs defaultSelected={first.id}>
      {parts.map((part) => (
        <Tab key={part.id} tabId={part.id} title={part.title}>
          {part.body}
        </Tab>
      ))}
    </Tabs>
  );
};
