import { hubspot } from '@hubspot/ui-extensions';
import { RecordTab } from './lib/RecordTab';

hubspot.extend<'crm.record.tab'>(() => <RecordTab />);
