// Everything that is typed or chosen. What a user types stays on the page while the extension's answer is on its way.
import { useEffect, useId, useRef, useState } from 'react';
import { event, type Props } from './shared';

function useDraft<T>(value: T | undefined, fallback: T): [T, (next: T) => void] {
  const [draft, setDraft] = useState<T>(value ?? fallback);
  const last = useRef(value);
  useEffect(() => {
    if (value === last.current) return;
    last.current = value;
    setDraft(value ?? fallback);
  }, [value, fallback]);
  return [draft, setDraft];
}

function Field(p: Props & { id: string }) {
  return (
    <div className={`hs-field${p.error ? ' hs-field--error' : ''}`}>
      {p.label && <label htmlFor={p.id}>{p.label}{p.required && <abbr title="required"> *</abbr>}</label>}
      {p.description && <small id={`${p.id}-about`}>{p.description}</small>}
      {p.children}
      {p.validationMessage && <small id={`${p.id}-verdict`} role={p.error ? 'alert' : undefined} className="hs-validation">{p.validationMessage}</small>}
    </div>
  );
}
const described = (p: Props, id: string) => [p.description && `${id}-about`, p.validationMessage && `${id}-verdict`].filter(Boolean).join(' ') || undefined;

function typed(kind: 'input' | 'textarea', type = 'text', parse: (raw: string) => unknown = (raw) => raw) {
  return function Typed(p: Props) {
    const id = useId();
    const [draft, setDraft] = useDraft<string>(p.value ?? p.defaultValue, '');
    const shared = {
      id, name: p.name, value: draft ?? '', placeholder: p.placeholder, readOnly: p.readOnly, required: p.required, maxLength: p.maxLength, 'data-testid': p.testId,
      'aria-label': p.label ? undefined : p['aria-label'] ?? p.placeholder ?? p.name, 'aria-invalid': p.error || undefined, 'aria-describedby': described(p, id),
      onChange: (changed: { target: { value: string } }) => { setDraft(changed.target.value); void p.onInput?.(parse(changed.target.value)); },
      onBlur: (left: { target: { value: string } }) => { void p.onChange?.(parse(left.target.value)); void p.onBlur?.(parse(left.target.value)); },
      onFocus: () => void p.onFocus?.(parse(draft ?? '')),
    };
    return (
      <Field {...p} id={id}>
        {kind === 'textarea' ? <textarea {...shared} rows={p.rows ?? 6} /> : <input {...shared} type={p.type ?? type} min={p.min} max={p.max} step={p.precision === undefined ? undefined : 'any'} autoComplete="off" />}
      </Field>
    );
  };
}
const number = (raw: string) => (raw === '' ? undefined : Number(raw));

function Select(p: Props) {
  const id = useId();
  const [draft, setDraft] = useDraft<unknown>(p.value, '');
  const options: { label: string; value: unknown }[] = p.options ?? [];
  const index = options.findIndex(({ value }) => value === draft);
  return (
    <Field {...p} id={id}>
      <select id={id} name={p.name} value={index < 0 ? '' : String(index)} disabled={p.readOnly} data-testid={p.testId} aria-label={p.label ? undefined : p['aria-label'] ?? p.name} aria-describedby={described(p, id)}
        onChange={(changed) => { const picked = options[Number(changed.target.value)]?.value; setDraft(picked); void p.onChange?.(picked); }}>
        <option value="" disabled>{p.placeholder ?? 'Choose'}</option>
        {options.map((option, position) => <option key={position} value={String(position)}>{option.label}</option>)}
      </select>
    </Field>
  );
}

function MultiSelect(p: Props) {
  const id = useId();
  const options: { label: string; value: unknown }[] = p.options ?? [];
  const picked = options.flatMap(({ value }, position) => ((p.value ?? []).includes(value) ? [String(position)] : []));
  return (
    <Field {...p} id={id}>
      <select id={id} multiple name={p.name} data-testid={p.testId} value={picked} onChange={(changed) => void p.onChange?.([...changed.target.selectedOptions].map(({ value }) => options[Number(value)]?.value))}>
        {options.map((option, position) => <option key={position} value={String(position)}>{option.label}</option>)}
      </select>
    </Field>
  );
}

const ticked = (type: 'checkbox' | 'radio', role?: string) => function Ticked(p: Props) {
  const [on, setOn] = useDraft<boolean>(p.checked ?? p.initialIsChecked, false);
  return (
    <label className={`hs-toggle${role ? ' hs-switch' : ''}`}>
      <input type={type} role={role} name={p.name} checked={Boolean(on)} disabled={p.readOnly ?? p.readonly} data-testid={p.testId} aria-label={p['aria-label']}
        onChange={(changed) => { setOn(changed.target.checked); void p.onChange?.(changed.target.checked, p.value); }} />
      <span className={p.labelDisplay === 'hidden' ? 'hs-hidden' : undefined}>{p.label ?? p.children}</span>
      {role && <small aria-hidden>{on ? p.textChecked ?? 'On' : p.textUnchecked ?? 'Off'}</small>}
    </label>
  );
};

function ToggleGroup(p: Props) {
  const many = p.toggleType !== 'radioButtonList';
  const [picked, setPicked] = useDraft<string | string[]>(p.value, many ? [] : '');
  const has = (value: string) => (Array.isArray(picked) ? picked.includes(value) : picked === value);
  const choose = (value: string, on: boolean) => {
    const next = Array.isArray(picked) ? (on ? [...picked, value] : picked.filter((one) => one !== value)) : value;
    setPicked(next);
    void p.onChange?.(next);
  };
  return (
    <fieldset className="hs-field" data-testid={p.testId}>
      <legend>{p.label}</legend>
      {p.options?.map((option: { label: string; value: string; description?: string; readOnly?: boolean }) => (
        <label key={option.value} className="hs-toggle">
          <input type={many ? 'checkbox' : 'radio'} name={p.name} checked={has(option.value)} disabled={option.readOnly} onChange={(changed) => choose(option.value, changed.target.checked)} />
          <span>{option.label}{option.description && <small>{option.description}</small>}</span>
        </label>
      ))}
      {p.validationMessage && <small className="hs-validation" role={p.error ? 'alert' : undefined}>{p.validationMessage}</small>}
    </fieldset>
  );
}

function DateInput(p: Props) {
  const id = useId();
  const given = p.value ?? p.defaultValue;
  const iso = given ? `${given.year}-${String(given.month + 1).padStart(2, '0')}-${String(given.date).padStart(2, '0')}` : '';
  return (
    <Field {...p} id={id}>
      <input id={id} type="date" name={p.name} defaultValue={iso} onChange={(changed) => {
        const [year = 0, month = 1, date = 1] = changed.target.value.split('-').map(Number);
        void p.onChange?.({ year, month: month - 1, date, formattedDate: changed.target.value });
      }} />
    </Field>
  );
}

function Form(p: Props) {
  return (
    <form data-testid={p.testId} className="hs-form" onSubmit={(submitted) => {
      submitted.preventDefault();
      void p.onSubmit?.({ ...event('submit'), targetValue: Object.fromEntries(new FormData(submitted.currentTarget) as unknown as Iterable<[string, string]>) }, {});
    }}>{p.children}</form>
  );
}

export const inputs = {
  DateInput, Form, MultiSelect, Select, ToggleGroup,
  Checkbox: ticked('checkbox'),
  CurrencyInput: typed('input', 'number', number),
  Input: typed('input'),
  NumberInput: typed('input', 'number', number),
  RadioButton: ticked('radio'),
  SearchInput: typed('input', 'search'),
  StepperInput: typed('input', 'number', number),
  TextArea: typed('textarea'),
  Textarea: typed('textarea'),
  TimeInput: typed('input', 'time'),
  Toggle: ticked('checkbox', 'switch'),
};
