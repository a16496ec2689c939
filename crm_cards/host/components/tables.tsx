// Tables and charts. A chart is drawn plainly, and its figures stand beside it as a table.
import { plain, type Props } from './shared';

type Row = Record<string, number | string>;
const COLOURS = ['#1f6f78', '#8a5a00', '#6a4c93', '#1c6b3a', '#9c3d54'];
const WIDTH = 560;
const HEIGHT = 160;

function Table(p: Props) {
  return (
    <div className="hs-table-frame">
      <table className={`hs-table hs-table--${p.density ?? 'default'}${p.bordered === false ? '' : ' hs-table--bordered'}`} data-testid={p.testId}>{p.children}</table>
      {p.paginated && (
        <nav aria-label="Pages of the table" className="hs-pager">
          <button type="button" className="hs-button" disabled={(p.page ?? 1) <= 1} onClick={() => void p.onPageChange?.((p.page ?? 1) - 1)}>Previous</button>
          <span>{p.page ?? 1} of {p.pageCount}</span>
          <button type="button" className="hs-button" disabled={(p.page ?? 1) >= p.pageCount} onClick={() => void p.onPageChange?.((p.page ?? 1) + 1)}>Next</button>
        </nav>
      )}
    </div>
  );
}

function TableHeader(p: Props) {
  const sortable = p.sortDirection && p.sortDirection !== 'never';
  const next = p.sortDirection === 'ascending' ? 'descending' : 'ascending';
  return (
    <th scope="col" style={{ textAlign: p.align, width: p.width === 'min' ? '1%' : undefined }} aria-sort={sortable ? (p.sortDirection === 'none' ? 'none' : p.sortDirection) : undefined}>
      {sortable ? <button type="button" className="hs-link" onClick={() => void p.onSortChange?.(next)}>{p.children}</button> : p.children}
    </th>
  );
}

const rowsOf = (data: Row[] | { data: Row[] } | undefined): Row[] => (Array.isArray(data) ? data : data?.data ?? []);

const chart = (kind: 'bar' | 'line') => function Chart(p: Props) {
  const rows = rowsOf(p.data);
  const { x, y, options } = p.axes;
  const group = options?.groupFieldByColor;
  const names = [...new Set(rows.map((row) => String(row[x.field])))];
  const groups = [...new Set(rows.map((row) => (group ? String(row[group]) : '')))];
  const most = Math.max(1e-9, ...rows.map((row) => Number(row[y.field])));
  const step = WIDTH / Math.max(1, names.length);
  const height = (row: Row) => (HEIGHT * Number(row[y.field])) / most;
  const colour = (row: Row) => COLOURS[groups.indexOf(group ? String(row[group]) : '') % COLOURS.length];
  const centre = (row: Row) => step * (names.indexOf(String(row[x.field])) + 0.5);
  const title = p.options?.title ?? `${y.label ?? y.field} by ${x.label ?? x.field}`;
  return (
    <figure className="hs-chart" data-testid={p.testId}>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 18}`} role="img" aria-label={`${title}; the figures follow as a table`}>
        <line x1="0" y1={HEIGHT} x2={WIDTH} y2={HEIGHT} className="hs-chart-axis" />
        {kind === 'bar' ? rows.map((row, position) => <rect key={position} x={centre(row) - step * 0.35} width={step * 0.7} y={HEIGHT - height(row)} height={height(row)} fill={colour(row)} />)
          : groups.map((name) => <polyline key={name} fill="none" strokeWidth="2" stroke={COLOURS[groups.indexOf(name) % COLOURS.length]} points={rows.filter((row) => (group ? String(row[group]) : '') === name).map((row) => `${centre(row)},${HEIGHT - height(row)}`).join(' ')} />)}
        <text x="0" y={HEIGHT + 14}>{names[0]}</text>
        <text x={WIDTH} y={HEIGHT + 14} textAnchor="end">{names.at(-1)}</text>
      </svg>
      <details>
        <summary>Figures</summary>
        <table className="hs-table"><thead><tr><th scope="col">{x.label ?? x.field}</th>{group && <th scope="col">{group}</th>}<th scope="col">{y.label ?? y.field}</th></tr></thead>
          <tbody>{rows.map((row, position) => <tr key={position}><td>{row[x.field]}</td>{group && <td>{row[group]}</td>}<td>{row[y.field]}</td></tr>)}</tbody></table>
      </details>
    </figure>
  );
};

export const tables = {
  Table, TableHeader,
  BarChart: chart('bar'), LineChart: chart('line'),
  TableBody: plain('tbody', ''), TableFooter: plain('tfoot', ''), TableHead: plain('thead', ''), TableRow: plain('tr', ''),
  TableCell: (p: Props) => <td style={{ textAlign: p.align }} colSpan={p.colSpan}>{p.children}</td>,
};
