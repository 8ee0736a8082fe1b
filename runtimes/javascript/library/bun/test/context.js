// What runs: the settings of the run, the file and the test. Set by the runner, read by matchers.
export const settings = {
  // Whether `bun test` runs; outside of it the module may be imported but has nothing to run tests.
  active: false,
  timeout: 5000,
  updateSnapshots: false,
  pattern: undefined,
  only: false,
  todo: false,
  bail: 0,
  retry: 0,
};

export const current = { file: undefined, test: undefined };
