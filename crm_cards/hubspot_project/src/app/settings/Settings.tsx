import { hubspot } from '@hubspot/ui-extensions';
import { SettingsPage } from './lib/SettingsPage';

hubspot.extend<'settings'>(() => <SettingsPage />);
