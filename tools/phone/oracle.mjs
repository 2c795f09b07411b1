// Asks libphonenumber-js about numbers of every country, written in the ways people write them, and
// keeps the answers in tests/data/model/phone_oracle.tsv: region, number as written, E.164 or nothing.
//   cd tools/phone && npm ci && npm run oracle
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

const require = createRequire(import.meta.url);
const examples = require('libphonenumber-js/examples.mobile.json');
const target = fileURLToPath(new URL('../../tests/data/model/phone_oracle.tsv', import.meta.url));

// How one number may be written; also too short and too long.
function waysToWrite(number, region) {
  const code = getCountryCallingCode(region);
  const digits = number.nationalNumber;
  return new Set([
    number.number,
    number.formatInternational(),
    number.formatNational(),
    number.formatNational().replaceAll(/[ ()-]/g, ''),
    number.format('RFC3966'),
    number.format('IDD', { fromCountry: region }) ?? number.number,
    `00${code} ${digits}`,
    `${code}${digits}`,
    `+${code} (0) ${digits}`,
    `0${digits}`,
    digits,
    digits.slice(0, -1),
    `${digits}7`,
    `+${code}${digits.slice(0, -1)}`,
    `+${code}${digits}7`,
    `+${code}${digits}789`,
    digits.slice(0, 4),
  ]);
}

function answer(written, region) {
  const number = parsePhoneNumberFromString(written, {
    defaultCountry: region,
    // Only with it does the library read URIs; elsewhere it would find numbers inside other text.
    extract: written.startsWith('tel:'),
  });
  return number?.isPossible() ? number.number : '';
}

export function oracle() {
  return getCountries()
    .sort()
    .flatMap((region) =>
      [...waysToWrite(getExampleNumber(region, examples), region)].map((written) =>
        [region, written, answer(written, region)].join('\t'),
      ),
    );
}

export function readKept() {
  return readFileSync(target, 'utf8').split('\n').slice(0, -1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(fileURLToPath(new URL('.', `file://${target}`)), { recursive: true });
  writeFileSync(target, oracle().join('\n') + '\n');
  console.log(`${readKept().length} rows in ${target}`);
}
