// Everything that is pressed: buttons, links, menus, tabs, and the layers they open.
import { createContext, useContext, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { event, Overlay, plain, Surrounding, type Props } from './shared';

function Pressable(p: Props & { className: string }) {
  const [open, setOpen] = useState(false);
  const { ownPage } = useContext(Surrounding);
  const href = typeof p.href === 'string' ? p.href : p.href?.url;
  const here = href ? ownPage(href) : null;
  const press = () => {
    void p.onClick?.(event('click'), {});
    if (p.overlay) setOpen(true);
  };
  const shared = { className: p.className, 'data-testid': p.testId, onClick: press };
  return (
    <>
      {here ? <a {...shared} href={here}>{p.children}</a>
        : href ? <a {...shared} href={href} target="_blank" rel="noreferrer">{p.children}<span className="hs-hidden"> (opens a new page)</span></a>
        : <button {...shared} type={p.type ?? 'button'} disabled={p.disabled || p.loading} aria-busy={p.loading || undefined}>{p.children}{p.loading && <i className="hs-dots" aria-hidden>…</i>}</button>}
      {open && <Overlay.Provider value={() => setOpen(false)}>{p.overlay}</Overlay.Provider>}
    </>
  );
}
const Button = (p: Props) => <Pressable {...p} className={`hs-button hs-button--${p.variant ?? 'secondary'} hs-size-${p.size ?? 'md'}`} />;
const Link = (p: Props) => <Pressable {...p} className={`hs-link hs-link--${p.variant ?? 'primary'}`} />;

function Dropdown(p: Props) {
  const options: { label: string; onClick?: () => void }[] = p.options ?? [];
  return (
    <details className="hs-dropdown" data-testid={p.testId}>
      <summary className={`hs-button hs-button--${p.variant ?? 'secondary'}`}>{p.buttonText} <span aria-hidden>▾</span></summary>
      <div>{p.children}{options.map((option) => <button key={option.label} type="button" className="hs-button hs-button--transparent" onClick={() => option.onClick?.()}>{option.label}</button>)}</div>
    </details>
  );
}

/** A modal or a panel: the browser's own dialog, which keeps the focus inside and closes on Escape. */
function Layer(p: Props & { kind: 'modal' | 'panel' }) {
  const close = useContext(Overlay);
  const { overlayOpened } = useContext(Surrounding);
  const box = useRef<HTMLDialogElement>(null);
  const title = useId();
  const shut = useRef<() => void>(() => undefined);
  shut.current = () => {
    close?.();
    void p.onClose?.();
  };
  useEffect(() => {
    const opener = document.activeElement;
    box.current?.showModal();
    void p.onOpen?.();
    const forget = overlayOpened(p.id, () => shut.current());
    return () => {
      forget();
      if (opener instanceof HTMLElement) opener.focus();
    };
    // The layer opens once, for as long as it is there.
  }, []);
  return (
    <dialog ref={box} className={`hs-layer hs-layer--${p.kind} hs-width-${p.width ?? 'md'}`} aria-labelledby={p.title ? title : undefined} aria-label={p['aria-label']}
      onCancel={(cancelled) => { cancelled.preventDefault(); shut.current(); }}>
      <header><h2 id={title}>{p.title}</h2><button type="button" aria-label="Close" className="hs-close" onClick={() => shut.current()}>×</button></header>
      {p.children}
    </dialog>
  );
}

interface TabEntry { id: string | number; title: string; disabled: boolean }
const TabBar = createContext<{ active: string | number | undefined; base: string; announce: (entry: TabEntry) => () => void }>({ active: undefined, base: '', announce: () => () => undefined });

function Tabs(p: Props) {
  const [own, setOwn] = useState<string | number | undefined>(p.defaultSelected);
  const [entries, setEntries] = useState<TabEntry[]>([]);
  const base = useId();
  const active = p.selected ?? own ?? entries[0]?.id;
  const announce = useRef((entry: TabEntry) => {
    setEntries((all) => [...all.filter(({ id }) => id !== entry.id), entry]);
    return () => setEntries((all) => all.filter(({ id }) => id !== entry.id));
  }).current;
  const pick = (id: string | number) => {
    setOwn(id);
    void p.onSelectedChange?.(id);
  };
  const move = (pressed: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[pressed.key];
    if (step === undefined) return;
    const open = entries.filter(({ disabled }) => !disabled);
    const next = open[(open.findIndex(({ id }) => id === active) + step + open.length) % open.length];
    if (!next) return;
    pick(next.id);
    document.getElementById(`${base}-tab-${next.id}`)?.focus();
  };
  return (
    <TabBar.Provider value={{ active, base, announce }}>
      <div className="hs-tabs" data-testid={p.testId}>
        <div role="tablist" onKeyDown={move}>
          {entries.map(({ id, title, disabled }) => (
            <button key={id} type="button" role="tab" id={`${base}-tab-${id}`} aria-selected={id === active} aria-controls={`${base}-panel-${id}`} tabIndex={id === active ? 0 : -1}
              disabled={disabled} onClick={() => pick(id)}>{title}</button>
          ))}
        </div>
        {p.children}
      </div>
    </TabBar.Provider>
  );
}
function Tab(p: Props) {
  const { active, base, announce } = useContext(TabBar);
  const id = p.tabId ?? p.title;
  useEffect(() => announce({ id, title: p.title, disabled: Boolean(p.disabled) }), [id, p.title, p.disabled, announce]);
  return <div role="tabpanel" id={`${base}-panel-${id}`} aria-labelledby={`${base}-tab-${id}`} hidden={active !== id} className="hs-tabpanel">{active === id && p.children}</div>;
}

function PageLink(p: Props) {
  const { goTo } = useContext(Surrounding);
  return <a className="hs-link" href={`#${p.to}`} data-testid={p.testId} onClick={(clicked) => { clicked.preventDefault(); goTo(p.to, p.params); }}>{p.children}</a>;
}

export const controls = {
  Button, Dropdown, Link, PageLink, Tab, Tabs,
  ButtonRow: plain('div', 'hs-button-row'),
  DropdownButtonItem: Button,
  LoadingButton: Button,
  Modal: (p: Props) => <Layer {...p} kind="modal" />, ModalBody: plain('div', 'hs-layer-body'), ModalFooter: plain('footer', 'hs-layer-footer'),
  Panel: (p: Props) => <Layer {...p} kind="panel" />, PanelBody: plain('div', 'hs-layer-body'), PanelFooter: plain('footer', 'hs-layer-footer'), PanelSection: plain('section', 'hs-panel-section'),
  HeaderActions: plain('div', 'hs-page-header'), PrimaryHeaderActionButton: (p: Props) => <Button {...p} variant="primary" />, SecondaryHeaderActionButton: Button,
  PageBreadcrumbs: (p: Props) => <nav className="hs-breadcrumbs" aria-label="Breadcrumbs">{p.children}</nav>, PageBreadcrumbsPageLink: PageLink,
  PageBreadcrumbsCurrent: (p: Props) => <span aria-current="page">{p.children}</span>,
  PageHeader: plain('div', 'hs-page-header'), PageHeaderPrimaryAction: plain('div', 'hs-page-action'), PageHeaderSecondaryActions: plain('div', 'hs-page-action'),
  PageHeaderLink: (p: Props) => <Pressable {...p} className="hs-button hs-button--secondary" />, PageHeaderPageLink: PageLink, PageTitle: plain('h1', 'hs-page-title'),
};
