// What all stand-ins share: the shape of props that come over the wire, spacing words, events as extensions see them, and what the page offers.
import { createContext, type CSSProperties, type ReactNode } from 'react';

// Props arrive from another thread, checked by the extension's own compiler; a stand-in takes what it draws.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Props = Record<string, any> & { children?: ReactNode };

const GAPS: Record<string, string> = {
  flush: '0', none: '0', xs: '4px', 'extra-small': '4px', sm: '8px', small: '8px', md: '16px', medium: '16px', lg: '24px', large: '24px', xl: '32px', 'extra-large': '32px',
};
const PLACES: Record<string, string> = {
  start: 'flex-start', end: 'flex-end', center: 'center', between: 'space-between', around: 'space-around', stretch: 'stretch', baseline: 'baseline', auto: 'auto',
};
export const gap = (word?: string): string => GAPS[word ?? 'flush'] ?? '0';
export const place = (word?: string): string | undefined => (word ? PLACES[word] : undefined);

export function flexStyle(p: Props, direction: 'row' | 'column'): CSSProperties {
  return {
    display: 'flex', flexDirection: p.direction ?? direction, gap: gap(p.gap ?? p.distance), justifyContent: place(p.justify), alignItems: place(p.align),
    alignSelf: place(p.alignSelf), flexWrap: p.wrap === true ? 'wrap' : p.wrap === 'wrap' || p.wrap === 'nowrap' ? p.wrap : undefined,
  };
}

/** An event as HubSpot hands it to an extension. */
export const event = (type: string) => ({ type, bubbles: true, timeStamp: performance.now(), id: '' });

/** What the page around an extension does for its components. */
export interface Surroundings {
  overlayOpened: (id: string, close: () => void) => () => void;
  goTo: (to: string, params?: Record<string, string>) => void;
  /** The address here of a page of HubSpot that the local record page has too; null for any other. */
  ownPage: (url: string) => string | null;
}
export const Surrounding = createContext<Surroundings>({ overlayOpened: () => () => undefined, goTo: () => undefined, ownPage: () => null });
/** How the innermost open overlay is closed; null outside of one. */
export const Overlay = createContext<(() => void) | null>(null);

/** A component that is only an element with a class. */
export function plain(tag: 'div' | 'span' | 'section' | 'footer' | 'h1' | 'h2' | 'nav' | 'tbody' | 'thead' | 'tfoot' | 'tr', className: string) {
  return function Plain(p: Props) {
    const Tag = tag;
    return <Tag className={className} data-testid={p.testId}>{p.children}</Tag>;
  };
}
