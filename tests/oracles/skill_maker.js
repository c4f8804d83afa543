'use strict';
// Writes generated skills below a folder and prints the verdict of skills-ref for each, one a line:
//   {"folder":"s7/pdf-tools","valid":true,"problems":[]}
// node skill_maker.js COUNT SEED FOLDER
//
// Kept away from, because skills-ref differs from the specification there: names with letters beyond a-z (it takes some
// alphabets), "---" inside the frontmatter (it ends there), values that are null or lists where a text belongs (it
// writes them out as texts), aliases (Platos takes none), `metadata` that is no mapping and `license` and
// `allowed-tools` that are no texts (it does not look), the upper half of Unicode at the edge of a limit (it counts
// UTF-16).

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Random } = require('./random');

const WORDS = ['pdf', 'data', 'notes', 'a', 'web', 'x9', 'report', 'convert', '7', 'mail', 'table', 'images'];

class SkillMaker {
  constructor(random) {
    this.random = random;
  }

  goodName() {
    let name = Array.from({ length: this.random.between(1, 4) }, () => this.random.pick(WORDS)).join('-');
    if (this.random.chance(0.1)) name = name.padEnd(64, 'z').slice(0, 64).replace(/-$/, 'z');
    return name;
  }

  // What is wrong with a name, mostly nothing.
  name(good) {
    if (this.random.chance(0.85)) return good;
    return this.random.pick([
      () => good.toUpperCase(),
      () => `-${good}`,
      () => `${good}-`,
      () => `${good}--x`,
      () => `${good}_x`,
      () => `${good} x`,
      () => `${good}.x`,
      () => good.padEnd(65, 'y'),
      () => `${good}!`,
      () => '',
    ])();
  }

  description() {
    const text = Array.from({ length: this.random.between(1, 12) }, () => this.random.pick([...WORDS, 'größer', '表', 'when', 'Use it'])).join(' ');
    return this.random.chance(0.85) ? text : this.random.pick(['d'.repeat(1024), 'd'.repeat(1023), 'd'.repeat(1025), '   ', '']);
  }

  compatibility() {
    return this.random.pick(['"Needs git"', 'Python 3.11 or later', 'c'.repeat(500), 'c'.repeat(501), '12', 'true', "''"]);
  }

  // A text in one of YAML's ways to write it.
  scalar(text) {
    const plain = /^[A-Za-z][A-Za-z0-9 .,üößœ表-]*[A-Za-z0-9]$/.test(text) && !/^(null|true|false|yes|no|on|off)$/i.test(text);
    const ways = [() => JSON.stringify(text), () => `'${text.replace(/'/g, "''")}'`];
    if (plain) ways.push(() => text, () => `>-\n  ${text}`, () => `|\n  ${text}`);
    return this.random.pick(ways)();
  }

  metadata() {
    return this.random.pick([
      'metadata:\n  author: someone\n  version: "1.0"',
      'metadata: {author: x, version: 1.0}',
      'metadata:\n  a: 1\n  b: true',
      'metadata: {}',
    ]);
  }

  fields(name) {
    const lines = [];
    if (!this.random.chance(0.05)) lines.push(`name: ${this.scalar(name)}`);
    if (!this.random.chance(0.05)) lines.push(`description: ${this.scalar(this.description())}`);
    if (this.random.chance(0.3)) lines.push('license: Apache-2.0');
    if (this.random.chance(0.3)) lines.push(`compatibility: ${this.compatibility()}`);
    if (this.random.chance(0.3)) lines.push(this.metadata());
    if (this.random.chance(0.3)) lines.push('allowed-tools: Read Bash(git:*)');
    if (this.random.chance(0.08)) lines.push(this.random.pick(['version: 1', 'tags: [a, b]', 'Name: x', 'x: {y: z}']));
    if (this.random.chance(0.04)) lines.push('license: MIT');
    if (this.random.chance(0.5)) lines.reverse();
    if (this.random.chance(0.2)) lines.splice(1, 0, '# a comment');
    return lines;
  }

  document(name) {
    const broken = this.random.chance(0.08) ? this.random.pick(['[', 'a: b: c', '\t- x', '- item', '"open', '{a: ']) : null;
    const lines = this.fields(name);
    if (broken !== null) lines.push(broken);
    const body = this.random.pick(['# Title\n\nDo this.', '', 'Text\nwith --- a rule', '```yaml\nname: other\n```']);
    const usual = (yaml) => `---\n${yaml}\n---\n\n${body}\n`;
    const whole = this.random.chance(0.85) ? usual : this.random.pick([
      (yaml) => `---\r\n${yaml.replace(/\n/g, '\r\n')}\r\n---\r\n${body}`,
      (yaml) => `---\n${yaml}\n`,
      (yaml) => `# Title\n---\n${yaml}\n---\n`,
      (yaml) => `\uFEFF---\n${yaml}\n---\n`,
      (yaml) => `---\n${yaml}\n---`,
    ]);
    return whole(lines.join('\n'));
  }
}

async function main(count, seed, root) {
  const place = path.join(__dirname, 'node_modules/skills-ref/dist/index.js');
  const { validate } = await import(pathToFileURL(place).href);
  const random = new Random(seed);
  const maker = new SkillMaker(random);
  for (let number = 0; number < count; ++number) {
    const good = maker.goodName();
    const folder = path.join(`s${number}`, random.chance(0.9) ? good : `${good}-other`);
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    const file = random.chance(0.05) ? random.pick(['skill.md', 'README.md']) : 'SKILL.md';
    fs.writeFileSync(path.join(root, folder, file), maker.document(maker.name(good)));
    const problems = await validate(path.join(root, folder));
    process.stdout.write(`${JSON.stringify({ folder, valid: problems.length === 0, problems })}\n`);
  }
}

main(Number(process.argv[2]), Number(process.argv[3]), process.argv[4]);
