'use strict';
// Random values for a schema: made to fit as far as it can be seen from the schema, then often changed in one place.

const { NAMES, TEXTS } = require('./schemas');

// As a person would write it: 0.3, not 0.30000000000000004; 0, not -0.
function rounded(number) {
  return Number(number.toFixed(4)) + 0;
}

class InstanceMaker {
  constructor(random, root, constant) {
    this.random = random;
    this.root = root;
    this.constant = constant;
  }

  near() {
    const value = this.fitting(this.root, 4);
    return this.random.chance(0.45) ? this.changed(value) : value;
  }

  target(reference) {
    const at = reference.indexOf('#');
    const fragment = at < 0 ? '' : reference.slice(at + 1);
    if (!fragment.startsWith('/')) return this.root;
    const tokens = fragment.slice(1).split('/');
    return tokens.reduce((schema, token) => (schema && typeof schema === 'object' ? schema[token] : undefined), this.root);
  }

  // The schema with what stands beside it about the same value, one alternative of each choice.
  merged(schema, depth) {
    if (typeof schema !== 'object' || schema === null || depth === 0) return {};
    const parts = [...(schema.allOf ?? [])];
    if (schema.anyOf) parts.push(this.random.pick(schema.anyOf));
    if (schema.oneOf) parts.push(this.random.pick(schema.oneOf));
    if (schema.then) parts.push(...(this.random.chance(0.5) ? [schema.if, schema.then] : [schema.else]));
    if (schema.$ref ?? schema.$dynamicRef) parts.push(this.target(schema.$ref ?? schema.$dynamicRef));
    const out = { ...schema };
    for (const part of parts.map((each) => this.merged(each, depth - 1))) {
      for (const [key, value] of Object.entries(part)) {
        if (key === 'properties') out.properties = { ...value, ...out.properties };
        else if (key === 'required') out.required = [...new Set([...(out.required ?? []), ...value])];
        else if (!(key in out)) out[key] = value;
      }
    }
    return out;
  }

  fitting(given, depth) {
    const { random } = this;
    const schema = this.merged(given, 4);
    if ('const' in schema) return schema.const;
    if (schema.enum?.length > 0) return random.pick(schema.enum);
    const guess = schema.properties || schema.required ? 'object' : random.pick(['object', 'array', 'string', 'number']);
    const type = [schema.type ?? guess].flat();
    switch (random.pick(type)) {
      case 'null': return null;
      case 'boolean': return random.chance(0.5);
      case 'integer': return this.number(schema, true);
      case 'number': return this.number(schema, false);
      case 'string': return this.text(schema);
      case 'array': return depth > 0 ? this.array(schema, depth) : [];
      default: return depth > 0 ? this.object(schema, depth) : {};
    }
  }

  number(schema, whole) {
    const { random } = this;
    const step = schema.multipleOf ?? (whole || random.chance(0.5) ? 1 : 0.25);
    const low = Math.ceil((schema.minimum ?? schema.exclusiveMinimum ?? -3) / step);
    const number = (low + random.between(0, 12)) * step;
    return rounded(whole ? Math.round(number) : number);
  }

  text(schema) {
    const fits = TEXTS.filter((text) => {
      const size = [...text].length;
      const matches = schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text);
      return matches && size >= (schema.minLength ?? 0) && size <= (schema.maxLength ?? 99);
    });
    return this.random.pick(fits.length > 0 ? fits : TEXTS);
  }

  array(schema, depth) {
    const { random } = this;
    const prefix = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : []);
    const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
    const size = Math.max(schema.minItems ?? 0, random.below(5));
    const items = [...Array(size)].map((_, i) => {
      if (schema.contains !== undefined && random.chance(0.4)) return this.fitting(schema.contains, depth - 1);
      return this.fitting(prefix[i] ?? rest ?? schema.unevaluatedItems, depth - 1);
    });
    return items.slice(0, schema.maxItems ?? size);
  }

  object(schema, depth) {
    const { random } = this;
    const out = {};
    const properties = schema.properties ?? {};
    const own = (name) => (Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties);
    for (const name of Object.keys(properties)) {
      if (random.chance(0.7)) out[name] = this.fitting(properties[name], depth - 1);
    }
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(out, name)) out[name] = this.fitting(own(name), depth - 1);
    }
    if (schema.additionalProperties !== false && random.chance(0.3)) {
      const name = random.pick(NAMES);
      if (!Object.hasOwn(out, name)) out[name] = this.fitting(own(name), depth - 1);
    }
    return out;
  }

  changed(value) {
    const { random } = this;
    if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
      const at = random.below(value.length);
      if (random.chance(0.25)) return [...value, value[at]];
      if (random.chance(0.25)) return value.filter((_, i) => i !== at);
      return value.map((item, i) => (i === at ? this.changed(item) : item));
    }
    const keys = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
    if (keys.length > 0 && random.chance(0.8)) {
      const key = random.pick(keys);
      if (random.chance(0.25)) return { ...value, [random.pick(NAMES)]: this.constant() };
      if (random.chance(0.25)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
      return { ...value, [key]: this.changed(value[key]) };
    }
    if (typeof value === 'number' && random.chance(0.6)) return rounded(value + random.pick([-1, 1, 0.5]));
    if (typeof value === 'string' && random.chance(0.6)) return random.pick(TEXTS);
    return this.constant();
  }
}

module.exports = { InstanceMaker };
