// An incremental solver of one-way constraints between variables: the strongest win, and what they
// determine is kept up to date as constraints come and go. What it measures is a graph of small
// objects that changes all the time, and calls that several classes answer.
'use strict';

class Strength {
  constructor(level, name) {
    this.level = level;
    this.name = name;
  }

  strongerThan(other) {
    return this.level < other.level;
  }

  static weaker(a, b) {
    return a.level > b.level ? a : b;
  }
}
const REQUIRED = new Strength(0, 'required');
const PREFERRED = new Strength(2, 'preferred');
const STRONG = new Strength(3, 'strong');
const NORMAL = new Strength(4, 'normal');
const WEAK_DEFAULT = new Strength(5, 'weak');
const WEAKEST = new Strength(6, 'weakest');

class Variable {
  constructor(name, value) {
    this.name = name;
    this.value = value;
    this.constraints = new Set();
    this.determinedBy = null;
    this.mark = 0;
    this.walkStrength = WEAKEST;
    this.stay = true;
  }
}

class Constraint {
  constructor(strength) {
    this.strength = strength;
  }

  add(planner) {
    this.connect();
    planner.incrementalAdd(this);
    return this;
  }

  remove(planner) {
    if (this.satisfied) planner.incrementalRemove(this);
    else this.disconnect();
  }

  // Takes over its output, if it is strong enough, and gives what had it before.
  satisfy(mark, planner) {
    this.choose(mark);
    if (!this.satisfied) {
      if (this.strength === REQUIRED) throw new Error('a required constraint cannot be met');
      return null;
    }
    this.markInputs(mark);
    const { output } = this;
    const overridden = output.determinedBy;
    if (overridden !== null) overridden.release();
    output.determinedBy = this;
    if (!planner.propagate(this, mark)) throw new Error('a cycle');
    output.mark = mark;
    return overridden;
  }

  get isInput() {
    return false;
  }
}

class UnaryConstraint extends Constraint {
  constructor(variable, strength) {
    super(strength);
    this.variable = variable;
    this.satisfied = false;
  }

  connect() {
    this.variable.constraints.add(this);
    this.satisfied = false;
  }

  disconnect() {
    this.variable.constraints.delete(this);
    this.satisfied = false;
  }

  choose(mark) {
    this.satisfied = this.variable.mark !== mark && this.strength.strongerThan(this.variable.walkStrength);
  }

  get output() {
    return this.variable;
  }

  release() {
    this.satisfied = false;
  }

  markInputs() {}

  inputsKnown() {
    return true;
  }

  recalculate() {
    this.variable.walkStrength = this.strength;
    this.variable.stay = !this.isInput;
    if (this.variable.stay) this.execute();
  }
}

class Stay extends UnaryConstraint {
  execute() {}
}

class Edit extends UnaryConstraint {
  get isInput() {
    return true;
  }

  execute() {}
}

const NONE = 0;
const FORWARD = 1;
const BACKWARD = 2;

class BinaryConstraint extends Constraint {
  constructor(first, second, strength) {
    super(strength);
    this.first = first;
    this.second = second;
    this.direction = NONE;
  }

  get satisfied() {
    return this.direction !== NONE;
  }

  connect() {
    this.first.constraints.add(this);
    this.second.constraints.add(this);
    this.direction = NONE;
  }

  disconnect() {
    this.first.constraints.delete(this);
    this.second.constraints.delete(this);
    this.direction = NONE;
  }

  choose(mark) {
    const { first, second, strength } = this;
    if (first.mark === mark) {
      this.direction = second.mark !== mark && strength.strongerThan(second.walkStrength) ? FORWARD : NONE;
    } else if (second.mark === mark) {
      this.direction = strength.strongerThan(first.walkStrength) ? BACKWARD : NONE;
    } else if (second.walkStrength.strongerThan(first.walkStrength)) {
      this.direction = strength.strongerThan(first.walkStrength) ? BACKWARD : NONE;
    } else {
      this.direction = strength.strongerThan(second.walkStrength) ? FORWARD : NONE;
    }
  }

  get input() {
    return this.direction === FORWARD ? this.first : this.second;
  }

  get output() {
    return this.direction === FORWARD ? this.second : this.first;
  }

  release() {
    this.direction = NONE;
  }

  markInputs(mark) {
    this.input.mark = mark;
  }

  inputsKnown(mark) {
    const { input } = this;
    return input.mark === mark || input.stay || input.determinedBy === null;
  }

  recalculate() {
    const { input, output } = this;
    output.walkStrength = Strength.weaker(this.strength, input.walkStrength);
    output.stay = input.stay;
    if (output.stay) this.execute();
  }
}

class Equality extends BinaryConstraint {
  execute() {
    this.output.value = this.input.value;
  }
}

class Scale extends BinaryConstraint {
  constructor(source, factor, offset, target, strength) {
    super(source, target, strength);
    this.factor = factor;
    this.offset = offset;
  }

  connect() {
    super.connect();
    this.factor.constraints.add(this);
    this.offset.constraints.add(this);
  }

  disconnect() {
    super.disconnect();
    this.factor.constraints.delete(this);
    this.offset.constraints.delete(this);
  }

  markInputs(mark) {
    super.markInputs(mark);
    this.factor.mark = mark;
    this.offset.mark = mark;
  }

  execute() {
    if (this.direction === FORWARD) this.second.value = this.first.value * this.factor.value + this.offset.value;
    else this.first.value = (this.second.value - this.offset.value) / this.factor.value;
  }

  recalculate() {
    const { input, output } = this;
    output.walkStrength = Strength.weaker(this.strength, input.walkStrength);
    output.stay = input.stay && this.factor.stay && this.offset.stay;
    if (output.stay) this.execute();
  }
}

class Planner {
  constructor() {
    this.mark = 0;
  }

  newMark() {
    this.mark += 1;
    return this.mark;
  }

  incrementalAdd(constraint) {
    const mark = this.newMark();
    for (let next = constraint.satisfy(mark, this); next !== null; ) next = next.satisfy(mark, this);
  }

  incrementalRemove(constraint) {
    const { output } = constraint;
    constraint.release();
    constraint.disconnect();
    const unsatisfied = this.forget(output);
    unsatisfied.sort((a, b) => a.strength.level - b.strength.level);
    for (const one of unsatisfied) this.incrementalAdd(one);
  }

  // Everything downstream is as free as if nothing determined it; gives the constraints that may now
  // be met.
  forget(output) {
    output.determinedBy = null;
    output.walkStrength = WEAKEST;
    output.stay = true;
    const unsatisfied = [];
    const pending = [output];
    while (pending.length > 0) {
      const variable = pending.pop();
      for (const constraint of variable.constraints) {
        if (!constraint.satisfied) unsatisfied.push(constraint);
      }
      for (const constraint of this.consumers(variable)) {
        constraint.recalculate();
        pending.push(constraint.output);
      }
    }
    return unsatisfied;
  }

  propagate(constraint, mark) {
    const pending = [constraint];
    while (pending.length > 0) {
      const next = pending.pop();
      if (next.output.mark === mark) {
        this.incrementalRemove(constraint);
        return false;
      }
      next.recalculate();
      pending.push(...this.consumers(next.output));
    }
    return true;
  }

  consumers(variable) {
    const found = [];
    for (const constraint of variable.constraints) {
      if (constraint.satisfied && constraint !== variable.determinedBy) found.push(constraint);
    }
    return found;
  }

  // In which order what depends on these inputs must be executed.
  plan(inputs) {
    const mark = this.newMark();
    const plan = [];
    const pending = inputs.filter((constraint) => constraint.isInput && constraint.satisfied);
    while (pending.length > 0) {
      const constraint = pending.pop();
      const { output } = constraint;
      if (output.mark !== mark && constraint.inputsKnown(mark)) {
        plan.push(constraint);
        output.mark = mark;
        pending.push(...this.consumers(output));
      }
    }
    return plan;
  }

  change(variable, values) {
    const edit = new Edit(variable, PREFERRED).add(this);
    const plan = this.plan([edit]);
    for (const value of values) {
      variable.value = value;
      for (const constraint of plan) constraint.execute();
    }
    edit.remove(this);
  }
}

// A chain of equalities, driven from its head.
function chain(length) {
  const planner = new Planner();
  const variables = Array.from({ length: length + 1 }, (_, index) => new Variable(`v${index}`, 0));
  for (let index = 0; index < length; index += 1) new Equality(variables[index], variables[index + 1], REQUIRED).add(planner);
  new Stay(variables[length], STRONG).add(planner);
  const values = Array.from({ length: 60 }, (_, index) => index);
  planner.change(variables[0], values);
  if (variables[length].value !== 59) throw new Error(`the chain ends in ${variables[length].value}`);
  return variables[length].value;
}

// Many targets that are their sources, scaled.
function projection(count) {
  const planner = new Planner();
  const factor = new Variable('factor', 10);
  const offset = new Variable('offset', 1000);
  const pairs = [];
  for (let index = 0; index < count; index += 1) {
    const source = new Variable(`source${index}`, index);
    const target = new Variable(`target${index}`, index);
    pairs.push([source, target]);
    new Stay(source, index % 2 === 0 ? NORMAL : WEAK_DEFAULT).add(planner);
    new Scale(source, factor, offset, target, REQUIRED).add(planner);
  }
  const [source, target] = pairs[count - 1];
  planner.change(source, [17]);
  if (target.value !== 1170) throw new Error(`17 became ${target.value}`);
  planner.change(target, [1050]);
  if (source.value !== 5) throw new Error(`1050 came from ${source.value}`);
  planner.change(factor, [5, 7, 9]);
  planner.change(offset, [2000, 3000]);
  let sum = 0;
  for (const [, one] of pairs) sum += one.value;
  return sum;
}

exports.deltablue = function deltablue() {
  let total = 0;
  for (let round = 0; round < 2; round += 1) total += chain(400) + projection(400);
  return total;
};
