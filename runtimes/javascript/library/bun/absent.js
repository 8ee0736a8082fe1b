// What Bun has and this runtime has not. Each says so when it is used, not before.
export function absent(name, why = '') {
  return function () {
    throw new Error(`Bun.${name} is not supported${why === '' ? '' : `: ${why}`}`);
  };
}

export function absentClass(name, why) {
  const complain = absent(name, why);
  const Absent = class {
    constructor() {
      complain();
    }
  };
  Object.defineProperty(Absent, 'name', { value: name });
  return Absent;
}
