import { describe, expect, it } from 'vitest';
import { cost, count, countsWords, day, elapsed, isWebAddress, movedWords, paragraphs, percent, points, valueWords } from '../../hubspot_project/src/app/cards/lib/words';

describe('words', () => {
  it.each([
    ['2026-11-30T23:30:00+00:00', 'Europe/Berlin', '1 Dec 2026'],
    ['2026-11-30T23:30:00+00:00', 'America/New_York', '30 Nov 2026'],
    ['2026-11-30T23:30:00+00:00', 'Nowhere/Atall', '30 Nov 2026'],
    ['2026-12-18', 'UTC', '18 Dec 2026'],
    ['no day', 'UTC', 'not known'],
    [null, 'UTC', 'not known'],
  ])('says the day of %s in %s', (moment, zone, said) => expect(day(moment, zone)).toBe(said));

  it('says how long something takes', () => expect([0.4, 59, 61, 7_300, -3].map(elapsed)).toEqual(['0 s', '59 s', '1 min', '2 h', '0 s']));
  it('says points with their sign', () => expect([12, -3, 0, 2.55].map(points)).toEqual(['+12', '−3', '0', '+2.6']));
  it('says costs', () => expect([null, '0', '0.000', '0.004', '1.5', 'n/a'].map(cost)).toEqual(['not known', 'free', 'free', '$0.004', '$1.50', 'n/a']));
  it('says ratios', () => expect([percent(0.756), percent(null)]).toEqual(['76%', 'not known']));
  it('counts', () => expect([count(1, 'task'), count(0, 'task'), count(2, 'entry', 'entries')]).toEqual(['1 task', '0 tasks', '2 entries']));
  it('leaves out what a run did not do', () => expect(countsWords({ restored: 2, changed_since: 1, refused: 0 })).toBe('2 restored, 1 changed since'));
  it('says values with their unit', () =>
    expect([valueWords({ value: 82, unit: 'points' }), valueWords({ value: 3, unit: 'EUR' }), valueWords({ value: null, unit: 'points' })]).toEqual([
      '82 of 100',
      '3 EUR',
      'no value yet',
    ]));
  it('says what moved, also without numbers', () => {
    const moved = { at: '2026-11-03T10:00:00+00:00', from_value: null, from_label_words: 'Cold', change: null, why: [] };
    expect([movedWords(moved, 'UTC'), movedWords({ ...moved, change: -4 }, 'UTC')]).toEqual(['Was Cold since 3 Nov 2026', 'Down 4 since 3 Nov 2026; was Cold']);
  });
  it('splits a text into lines that are not empty', () => expect(paragraphs('a\n\n b \n \nc')).toEqual(['a', ' b ', 'c']));
  it('follows only web addresses', () =>
    expect(['https://a.example', 'http://a.example', 'javascript:alert(1)', 'data:text/html,x', '//a.example', null].map(isWebAddress)).toEqual([true, true, false, false, false, false]));
});
