import { expect, test } from 'vitest';
import { readCall, readFields, readForm, readOrder, readSurvey, readVisit } from './facts';

const hostile = { lines: 'no list', fields: [1], talk_s: 'long', total: {}, score: null, url: [] };

test('data of the wrong type reads as empty', () => {
  expect(readOrder(hostile)).toEqual({ id: '', status: '', lines: [], total: '', currency: '' });
  expect(readCall(hostile)).toEqual({ state: '', direction: '', ring: null, talk: null });
  expect(readForm(hostile)).toEqual([]);
  expect(readSurvey(hostile).score).toBe('');
  expect(readVisit(hostile)).toEqual({ title: '', url: '' });
});

test('an order keeps its lines', () => {
  const order = readOrder({
    order_id: 7,
    lines: [{ name: 'Lamp', quantity: 2, price: '9.50' }, 3],
  });
  expect(order.id).toBe('7');
  expect(order.lines).toEqual([{ sku: '', name: 'Lamp', quantity: '2', price: '9.50' }]);
});

test('a call nobody talked on has no talk', () => {
  expect(readCall({ ring_s: 20, talk_s: 0 })).toMatchObject({ ring: 20, talk: null });
  expect(readCall({ talk_s: 65 }).talk).toBe(65);
});

test('a form shows its filled fields but not the message again', () => {
  expect(
    readForm({ fields: { name: 'Ann', message: 'Hi', topics: ['a', 'b'], phone: '' } }),
  ).toEqual([
    ['name', 'Ann'],
    ['topics', 'a, b'],
  ]);
  expect(readFields({ Tier: 'Loyal', nested: {} })).toEqual([['Tier', 'Loyal']]);
});
