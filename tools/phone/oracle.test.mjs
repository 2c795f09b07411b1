// The C++ side of the comparison is tests/unit/model/phone_oracle_test.cpp.
import test from 'node:test';
import assert from 'node:assert/strict';
import { oracle, readKept } from './oracle.mjs';

test('the kept answers are what the library says today', () => {
  assert.deepEqual(readKept(), oracle());
});

test('every country has answers', () => {
  const rows = readKept().map((row) => row.split('\t'));
  for (const region of new Set(rows.map(([name]) => name))) {
    const answers = rows.filter(([name]) => name === region).map(([, , number]) => number);
    assert.ok(answers.some((number) => number), region);
  }
});
