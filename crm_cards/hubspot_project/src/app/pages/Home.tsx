import { hubspot } from '@hubspot/ui-extensions';
import { AppHome } from './lib/AppHome';

hubspot.extend<'pages'>(() => <AppHome />);
