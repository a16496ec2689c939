// Layout, text, states and small signs.
import { useState } from 'react';
import { flexStyle, gap, place, plain, type Props } from './shared';

const WEIGHTS: Record<string, number> = { bold: 700, demibold: 600, regular: 400 };
const DECORATIONS: Record<string, string> = { underline: 'underline', strikethrough: 'line-through' };

function Text(p: Props) {
  const format = p.format ?? {};
  const style = {
    fontWeight: WEIGHTS[format.fontWeight], fontStyle: format.italic ? 'italic' : undefined, textDecoration: DECORATIONS[format.lineDecoration],
    maxWidth: p.truncate?.maxWidth,
  };
  const className = `hs-text hs-text--${p.variant ?? 'bodytext'}${p.truncate ? ' hs-text--truncated' : ''}`;
  return p.inline ? <span className={className} style={style} data-testid={p.testId}>{p.children}</span>
    : <div className={className} style={style} data-testid={p.testId}>{p.children}</div>;
}

function Accordion(p: Props) {
  const [own, setOwn] = useState(Boolean(p.defaultOpen));
  const open = p.open ?? own;
  return (
    <section className={`hs-accordion${open ? ' is-open' : ''}`} data-testid={p.testId}>
      <h3><button type="button" aria-expanded={open} disabled={p.disabled} onClick={() => { setOwn(!open); p.onClick?.(); }}><i aria-hidden>▸</i>{p.title}</button></h3>
      {open && <div className="hs-accordion-body">{p.children}</div>}
    </section>
  );
}

function Alert(p: Props) {
  const urgent = p.variant === 'danger' || p.variant === 'error';
  return (
    <div role={urgent ? 'alert' : 'status'} className={`hs-alert hs-alert--${p.variant ?? 'info'}`} data-testid={p.testId}>
      <strong>{p.title}</strong>{p.children && <div>{p.children}</div>}
    </div>
  );
}

function ProgressBar(p: Props) {
  const most = p.maxValue ?? p.valueMax ?? 100;
  const percent = Math.round((100 * (p.value ?? 0)) / most);
  return (
    <div className={`hs-progress hs-progress--${p.variant ?? 'default'}`} data-testid={p.testId}>
      {p.title && <span className="hs-progress-title">{p.title}</span>}
      <progress aria-label={p['aria-label'] ?? p.title ?? 'Progress'} value={p.value ?? 0} max={most} />
      <span className="hs-progress-words">{p.valueDescription ?? (p.showPercentage ? `${percent} %` : '')}</span>
    </div>
  );
}

function ScoreCircle(p: Props) {
  const score = Math.round(Number(p.score));
  const tone = score >= 66 ? 'good' : score >= 33 ? 'middling' : 'bad';
  const length = 2 * Math.PI * 26;
  return (
    <svg className={`hs-score hs-score--${tone}`} viewBox="0 0 64 64" width="64" height="64" role="img" aria-label={`Score ${score} of 100`} data-testid={p.testId}>
      <circle cx="32" cy="32" r="26" className="hs-score-track" />
      <circle cx="32" cy="32" r="26" className="hs-score-arc" strokeDasharray={`${(length * score) / 100} ${length}`} transform="rotate(-90 32 32)" />
      <text x="32" y="37" textAnchor="middle">{score}</text>
    </svg>
  );
}

function StepIndicator(p: Props) {
  return (
    <ol className={`hs-steps hs-steps--${p.direction ?? 'horizontal'}`} data-testid={p.testId}>
      {p.stepNames?.map((name: string, step: number) => (
        <li key={name} aria-current={step === (p.currentStep ?? 0) ? 'step' : undefined} className={step < (p.currentStep ?? 0) ? 'is-done' : ''}>{name}</li>
      ))}
    </ol>
  );
}

const nothing = (title: string, tone: string) => function State(p: Props) {
  return (
    <div className={`hs-empty hs-empty--${tone}`} role={tone === 'error' ? 'alert' : undefined} data-testid={p.testId}>
      <h2>{p.title ?? title}</h2>{p.children}
    </div>
  );
};

function List(p: Props) {
  const items = Array.isArray(p.children) ? p.children : [p.children];
  const shown = items.filter((item) => item !== null && item !== undefined && item !== false);
  const Tag = String(p.variant ?? '').startsWith('ordered') ? 'ol' : 'ul';
  return <Tag className={`hs-list hs-list--${p.variant ?? 'plain'}`} data-testid={p.testId}>{shown.map((item, position) => <li key={position}>{item}</li>)}</Tag>;
}

export const layout = {
  Accordion, Alert, List, ProgressBar, ScoreCircle, StepIndicator, Text,
  AutoGrid: (p: Props) => <div style={{ display: 'grid', gap: gap(p.gap), gridTemplateColumns: `repeat(auto-fill, minmax(min(100%, ${p.columnWidth}px), 1fr))` }}>{p.children}</div>,
  Box: (p: Props) => <div className="hs-box" style={{ flex: typeof p.flex === 'number' ? String(p.flex) : p.flex, alignSelf: place(p.alignSelf) }}>{p.children}</div>,
  Card: plain('section', 'hs-tile'),
  DescriptionList: (p: Props) => <dl className={`hs-dl hs-dl--${p.direction ?? 'column'}`} data-testid={p.testId}>{p.children}</dl>,
  DescriptionListItem: (p: Props) => <div><dt>{p.label}</dt><dd>{p.children}</dd></div>,
  Divider: () => <hr />,
  EmptyState: nothing('Nothing here yet', 'plain'),
  ErrorState: nothing('Something went wrong', 'error'),
  Flex: (p: Props) => <div className="hs-flex" style={flexStyle(p, 'row')} data-testid={p.testId}>{p.children}</div>,
  Heading: (p: Props) => <h2 className={`hs-heading${p.inline ? ' hs-heading--inline' : ''}`} data-testid={p.testId}>{p.children}</h2>,
  Icon: (p: Props) => (p.screenReaderText ? <span className={`hs-icon hs-icon--${p.color ?? 'inherit'}`} role="img" aria-label={p.screenReaderText}>◆</span> : <span className={`hs-icon hs-icon--${p.color ?? 'inherit'}`} aria-hidden>◆</span>),
  Illustration: (p: Props) => <div className="hs-illustration" aria-hidden>{p.name}</div>,
  Image: (p: Props) => <img src={p.src} alt={p.alt ?? ''} width={p.width} />,
  Inline: (p: Props) => <div className="hs-inline" style={{ ...flexStyle({ ...p, gap: p.gap ?? 'small', align: p.align ?? 'center' }, 'row'), flexWrap: 'wrap' }}>{p.children}</div>,
  LoadingSpinner: (p: Props) => <div role="status" aria-label={p.label} className={`hs-spinner hs-spinner--${p.layout ?? 'inline'}`} data-testid={p.testId}><i aria-hidden />{p.showLabel && <span>{p.label}</span>}</div>,
  Spacer: (p: Props) => <div style={{ height: gap(p.height ?? p.size) }} />,
  Stack: (p: Props) => <div style={flexStyle({ ...p, gap: p.distance ?? 'md' }, 'column')}>{p.children}</div>,
  Statistics: plain('div', 'hs-stats'),
  StatisticsItem: (p: Props) => <div className="hs-stat" data-testid={p.testId}><small>{p.label}</small><b>{p.number}</b>{p.children}</div>,
  StatisticsTrend: (p: Props) => (
    <small className={`hs-trend hs-trend--${p.color ?? (p.direction === 'increase' ? 'green' : 'red')}`}>
      <span aria-hidden>{p.direction === 'increase' ? '▲' : '▼'}</span> <span className="hs-hidden">{p.direction === 'increase' ? 'up' : 'down'}</span> {p.value}
    </small>
  ),
  StatusTag: (p: Props) => <span className={`hs-status hs-status--${p.variant ?? 'default'}`} data-testid={p.testId}><i aria-hidden />{p.children}</span>,
  Tag: (p: Props) => <span className={`hs-tag hs-tag--${p.variant ?? 'default'}`} data-testid={p.testId}>{p.children}</span>,
  Tile: plain('section', 'hs-tile'),
  Tooltip: (p: Props) => <small role="tooltip" className="hs-tooltip">{p.children}</small>,
};
