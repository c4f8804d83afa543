'use strict';
// A small seeded source of randomness: the same seed gives the same pairs on every machine.

class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  // mulberry32
  fraction() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  below(limit) {
    return Math.floor(this.fraction() * limit);
  }
  between(low, high) {
    return low + this.below(high - low + 1);
  }
  chance(probability) {
    return this.fraction() < probability;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
}

module.exports = { Random };
