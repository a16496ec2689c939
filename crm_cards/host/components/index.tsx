// Plain HTML stand-ins for the components of @hubspot/ui-extensions: names and props follow the SDK, looks are our own.
import type { ComponentType } from 'react';
import { controls } from './controls';
import { inputs } from './inputs';
import { layout } from './layout';
import { type Props } from './shared';
import { tables } from './tables';

declare const __SDK_COMPONENTS__: string[];

const drawn: Record<string, ComponentType<Props>> = { ...layout, ...controls, ...inputs, ...tables };

/** A labelled box for what only HubSpot draws; no test lets one pass. */
const unmapped = (name: string): ComponentType<Props> => function Unmapped(p: Props) {
  return <div className="hs-unmapped" data-unmapped={name}><code>{name}</code> is drawn by HubSpot only{p.children && <div>{p.children}</div>}</div>;
};

/** The stand-in for a component. Throws for a name the SDK does not have: the card would fail in HubSpot. */
export function standIn(name: string): ComponentType<Props> {
  const found = drawn[name];
  if (found) return found;
  if (!__SDK_COMPONENTS__.includes(name)) throw new Error(`<${name}> is no component of @hubspot/ui-extensions`);
  drawn[name] = unmapped(name);
  return drawn[name];
}
