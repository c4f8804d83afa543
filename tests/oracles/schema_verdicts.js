'use strict';
// Prints pairs of a schema and a value with ajv's verdict, one a line:
//   {"dialect":"draft7","schema":{...},"value":...,"valid":true}
// node schema_verdicts.js COUNT SEED

const { Random } = require('./random');
const { SchemaMaker } = require('./schemas');
const { InstanceMaker } = require('./instances');

const OPTIONS = {
  strict: false,
  logger: false,
  validateFormats: false,
  ownProperties: true,
  // ajv divides doubles; Platos is exact in decimal.
  multipleOfPrecision: 9,
};
const VALUES_OF_A_SCHEMA = 8;

function validators() {
  const { default: Ajv } = require('ajv');
  const { default: Ajv2020 } = require('ajv/dist/2020');
  return {
    // In draft-07 nothing beside "$ref" counts.
    draft7: new Ajv({ ...OPTIONS, ignoreKeywordsWithRef: true }),
    draft2020: new Ajv2020(OPTIONS),
  };
}

// JSON has more ways to write a number than JavaScript prints: 1.0, 10e-1.
function written(value, random) {
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6 && random.chance(0.3)) {
    return random.chance(0.5) ? `${value}.0` : `${value * 10}e-1`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => written(item, random)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${written(member, random)}`).join(',')}}`;
}

// Null where ajv has none: now and then the code that it makes for unevaluatedProperties throws.
function verdict(check, value) {
  try {
    return check(value);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function main(count, seed) {
  const ajv = validators();
  const random = new Random(seed);
  let pairs = 0;
  for (let number = 0; pairs < count; ++number) {
    const dialect = random.chance(0.5) ? 'draft7' : 'draft2020';
    const maker = new SchemaMaker(random, dialect);
    const schema = maker.document(number);
    const check = ajv[dialect].compile(schema);
    const instances = new InstanceMaker(random, schema, () => maker.constant(2));
    for (let i = 0; i < VALUES_OF_A_SCHEMA && pairs < count; ++i) {
      const text = written(instances.near(), random);
      const valid = verdict(check, JSON.parse(text));
      if (valid === null) continue;
      process.stdout.write(`{"dialect":"${dialect}","schema":${written(schema, random)},"value":${text},"valid":${valid}}\n`);
      ++pairs;
    }
    ajv[dialect].removeSchema(schema);
  }
}

main(Number(process.argv[2]), Number(process.argv[3]));
