// Modules cannot be replaced: an ES module's exports are bound when it is linked, and the engine has no
// way to bind them anew.
export function mockModule(specifier) {
  throw new Error(`mock.module is not supported (${JSON.stringify(specifier)}): use spyOn on the module's exports object, or pass the dependency in`);
}

export function restoreModules() {
  // Nothing was replaced.
}
