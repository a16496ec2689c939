import { hubspot } from '@hubspot/ui-extensions';
import { RecordSidebar } from './lib/RecordSidebar';

hubspot.extend<'crm.record.sidebar'>(() => <RecordSidebar />);
