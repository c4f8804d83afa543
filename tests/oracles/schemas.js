'use strict';
// Random schemas of both dialects, with all keywords that rule. Where ajv is known to differ from the specification, the
// difference is avoided here, with its reason.

const NAMES = ['a', 'b', 'c', 'd', 'ab', 'x-1', 'a/b', 'm~n', 'é', 'constructor', ''];
const TEXTS = ['', 'a', 'ab', 'abc', 'foo', 'foo bar', '12', '2024-01-31', 'é', '日本', '😀', '😀😀', 'A_b', '\n', 'x\u00a0y'];
const PATTERNS = ['^a', 'b$', '^[a-z]+$', '^\\d+$', '\\s', '^\\S*$', '^.$', '^\\w{2,3}$', '[^a-f]', 'foo|bar', '^(ab?c*)+$',
  '\\u00e9', '^[\\u3040-\\u30ff\\u4e00-\\u9fff]+$', '\\p{L}', '^\\p{Lu}', '^\\d{4}-\\d{2}-\\d{2}$', '(a+)+$', '\\u{1F600}',
  '^[^]$', '^$', '\\x61', '[\\d_-]', '^(?:a|b)*?c', '(?<year>\\d+)-', '\\bfoo\\b', '\\cJ', '[\\s\\d]', '^[^\\s]+$'];
const SCALARS = ['null', 'boolean', 'integer', 'number', 'string'];
const TYPES = [...SCALARS, 'array', 'object'];

class SchemaMaker {
  constructor(random, dialect) {
    this.random = random;
    this.draft7 = dialect === 'draft7';
  }

  document(number) {
    const { random } = this;
    this.definitions = random.chance(0.5) ? random.between(1, 3) : 0;
    this.base = random.chance(0.3) ? `http://example.com/${number}/` : '';
    this.dynamic = !this.draft7 && random.chance(0.15);
    this.level = -1;
    // For ajv "contains" evaluates all items or none: never in one document with unevaluatedItems.
    this.contains = random.chance(0.6);
    // Through references ajv does not always see what was evaluated: unevaluated... in documents without them only.
    this.referring = this.draft7 || random.chance(0.6);
    if (!this.referring) this.definitions = 0;
    const schema = this.schema(3, { part: false });
    const root = typeof schema === 'boolean' ? { allOf: [schema] } : schema;
    const place = this.draft7 ? 'definitions' : '$defs';
    if (this.definitions > 0) root[place] = {};
    for (let i = 0; i < this.definitions; ++i) {
      this.level = i;
      const entry = this.schema(2, { part: false, beside: true });
      root[place][`d${i}`] = this.named(typeof entry === 'boolean' ? { allOf: [entry] } : entry, i);
    }
    if (this.base) root.$id = `${this.base}root`;
    if (this.dynamic) root.$dynamicAnchor = 'node';
    return root;
  }

  // Besides its place, a definition has a name of its own when the document has ids, and an anchor in 2020-12.
  named(schema, index) {
    if (this.draft7 && '$ref' in schema) return schema;
    // A dynamic reference needs its anchor in its own resource; ajv does without.
    if (this.base && index === 0 && !this.dynamic) schema.$id = 'd0.json';
    else if (!this.draft7) schema.$anchor = `anchor${index}`;
    return schema;
  }

  reference(at) {
    const { random } = this;
    if (!this.referring) return null;
    const choices = at.part ? ['#'] : [];
    // About the same value a definition refers to later ones only: no endless loop.
    for (let i = at.part ? 0 : this.level + 1; i < this.definitions; ++i) choices.push(i);
    if (choices.length === 0) return null;
    if (at.part && this.dynamic && random.chance(0.5)) return { $dynamicRef: '#node' };
    const chosen = random.pick(choices);
    // Within the resource d0.json "#" would be that resource.
    if (this.base) return { $ref: this.absolute(chosen) };
    if (chosen === '#') return { $ref: '#' };
    if (!this.draft7 && random.chance(0.3)) return { $ref: `#anchor${chosen}` };
    return { $ref: `#/${this.draft7 ? 'definitions' : '$defs'}/d${chosen}` };
  }

  absolute(chosen) {
    if (chosen === '#') return `${this.base}root`;
    return `${this.base}root#/${this.draft7 ? 'definitions' : '$defs'}/d${chosen}`;
  }

  schema(depth, at) {
    const { random } = this;
    if (random.chance(0.05)) return random.chance(0.7);
    if (random.chance(0.15)) {
      const reference = this.reference(at);
      // Beside $dynamicRef ajv forgets breaches of other keywords.
      if (reference) return reference.$dynamicRef || random.chance(0.7) ? reference : { ...this.siblings(at), ...reference };
    }
    return this.plain(depth, at);
  }

  siblings(at) {
    const schema = this.plain(1, { ...at, beside: true });
    // In draft-07 they are ignored, but ajv asks the type all the same.
    if (this.draft7) delete schema.type;
    return schema;
  }

  part(depth) {
    return this.schema(depth - 1, { part: true });
  }

  plain(depth, at) {
    const { random } = this;
    const schema = {};
    // An alternative that does not fit leaves items evaluated for ajv: no arrays there, where somebody asks.
    const deep = this.referring || !at.beside ? [...TYPES, 'array', 'object', 'object', 'any'] : [...SCALARS, 'object'];
    const kind = random.pick(depth > 0 ? deep : SCALARS);
    if (kind !== 'any' && random.chance(0.8)) {
      schema.type = random.chance(0.15) ? [...new Set([kind, random.pick(TYPES)])] : kind;
    }
    if (random.chance(0.08)) schema.enum = this.constants();
    if (random.chance(0.04)) schema.const = this.constant(1);
    if (kind === 'integer' || kind === 'number') this.numbers(schema);
    if (kind === 'string') this.strings(schema);
    if (depth > 0 && (kind === 'array' || kind === 'any')) this.arrays(schema, depth);
    if (depth > 0 && (kind === 'object' || kind === 'any')) this.objects(schema, depth, at);
    if (depth > 0 && random.chance(0.35)) this.logic(schema, depth, at);
    // What such a schema evaluates counts for ajv even where it is an alternative that does not fit: not in alternatives.
    if (!this.referring && !at.beside && depth > 0) this.unevaluated(schema, depth);
    return schema;
  }

  // ajv takes neither an empty list nor equal values, though the specification allows both.
  constants() {
    const texts = [...Array(this.random.between(1, 4))].map(() => JSON.stringify(this.constant(1)));
    return [...new Set(texts)].map((text) => JSON.parse(text));
  }

  constant(depth) {
    const { random } = this;
    const kind = random.below(depth > 0 ? 8 : 6);
    if (kind === 0) return null;
    if (kind === 1) return random.chance(0.5);
    if (kind === 2) return random.between(-3, 5);
    if (kind === 3) return random.between(-30, 50) / 10;
    if (kind < 6) return random.pick(TEXTS);
    if (kind === 6) return [...Array(random.below(3))].map(() => this.constant(depth - 1));
    return Object.fromEntries([...Array(random.below(3))].map(() => [random.pick(NAMES), this.constant(depth - 1)]));
  }

  numbers(schema) {
    const { random } = this;
    const limit = () => random.pick([-2, -1.5, 0, 0.5, 1, 2, 3.25, 10, 1e3, -1e15]);
    if (random.chance(0.3)) schema.minimum = limit();
    if (random.chance(0.2)) schema.maximum = limit();
    if (random.chance(0.15)) schema.exclusiveMinimum = limit();
    if (random.chance(0.15)) schema.exclusiveMaximum = limit();
    if (random.chance(0.25)) schema.multipleOf = random.pick([1, 2, 3, 0.5, 0.25, 1.5, 0.1, 0.01]);
  }

  strings(schema) {
    const { random } = this;
    if (random.chance(0.3)) schema.minLength = random.below(4);
    if (random.chance(0.3)) schema.maxLength = random.below(6);
    if (random.chance(0.4)) schema.pattern = random.pick(PATTERNS);
    if (random.chance(0.1)) schema.format = 'email';
  }

  arrays(schema, depth) {
    const { random } = this;
    const list = () => [...Array(random.between(1, 3))].map(() => this.part(depth));
    if (random.chance(0.2)) schema.minItems = random.below(3);
    if (random.chance(0.2)) schema.maxItems = random.below(5);
    if (random.chance(0.25)) schema.uniqueItems = random.chance(0.8);
    if (random.chance(0.35)) schema[this.draft7 ? 'items' : 'prefixItems'] = list();
    if (this.draft7) {
      if (schema.items === undefined && random.chance(0.5)) schema.items = this.part(depth);
      if (random.chance(0.3)) schema.additionalItems = this.part(depth);
    } else if (random.chance(0.4)) {
      schema.items = this.part(depth);
      // ajv takes the items before for ones of the same type.
      if (schema.prefixItems) delete schema.uniqueItems;
    }
    // When an array ends before the first schema of a list that rules, ajv skips all further keywords.
    const prefix = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : []);
    const ruling = prefix.findIndex((each) => each !== true && Object.keys(each).length !== 0);
    if (ruling >= 0) schema.minItems = Math.max(ruling + 1, schema.minItems ?? 0);
    if (this.contains && random.chance(0.35)) {
      schema.contains = this.part(depth);
      // For an empty array in a list ajv takes the verdict of the array before it.
      schema.minItems = Math.max(1, schema.minItems ?? 0);
      if (!this.draft7 && random.chance(0.5)) schema.minContains = random.below(3);
      if (!this.draft7 && random.chance(0.4)) schema.maxContains = random.between(schema.minContains ?? 1, 3);
    }
  }

  objects(schema, depth, at) {
    const { random } = this;
    const members = (make) => Object.fromEntries([...Array(random.between(1, 4))].map(() => [random.pick(NAMES), make()]));
    // ajv does not miss a required property whose name is empty.
    const names = () => [...new Set([...Array(random.between(0, 3))].map(() => random.pick(NAMES.slice(0, -1))))];
    const inPlace = () => this.schema(depth - 1, { ...at, beside: true });
    if (random.chance(0.75)) schema.properties = members(() => this.part(depth));
    if (random.chance(0.2)) schema.patternProperties = { [random.pick(PATTERNS)]: this.part(depth) };
    if (random.chance(0.35)) schema.additionalProperties = random.chance(0.5) ? false : this.part(depth);
    if (random.chance(0.4)) schema.required = names();
    if (random.chance(0.12)) schema.propertyNames = this.part(1);
    if (random.chance(0.12)) schema.minProperties = random.below(3);
    if (random.chance(0.12)) schema.maxProperties = random.below(4);
    if (!this.draft7 && random.chance(0.12)) schema.dependentRequired = members(names);
    // Of two such schemas, ajv forgets what the first evaluated when the second is not asked.
    if (!this.referring) return;
    if (random.chance(0.12)) schema.dependencies = members(() => (random.chance(0.5) ? names() : inPlace()));
    if (!this.draft7 && random.chance(0.12)) schema.dependentSchemas = members(inPlace);
  }

  logic(schema, depth, around) {
    const { random } = this;
    const at = { ...around, beside: true };
    const list = () => [...Array(random.between(1, 3))].map(() => this.schema(depth - 1, at));
    const keyword = random.pick(['allOf', 'anyOf', 'oneOf', 'not', 'if']);
    if (keyword === 'not') {
      schema.not = this.schema(depth - 1, at);
    } else if (keyword === 'if') {
      // ajv takes for evaluated what a condition names, whether it holds or not, and what it names is missed without
      // "then" and "else".
      schema.if = this.referring ? this.schema(depth - 1, at) : this.plain(0, at);
      schema.then = this.schema(depth - 1, at);
      if (random.chance(0.6)) schema.else = this.schema(depth - 1, at);
    } else {
      schema[keyword] = list();
    }
  }

  unevaluated(schema, depth) {
    const { random } = this;
    if (random.chance(0.25)) schema.unevaluatedProperties = random.chance(0.6) ? false : this.part(depth);
    if (!this.contains && random.chance(0.4)) schema.unevaluatedItems = random.chance(0.6) ? false : this.part(depth);
  }
}

module.exports = { SchemaMaker, NAMES, TEXTS };
